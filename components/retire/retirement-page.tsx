"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { RetirementView } from "#lib/retire/schema";
import { Failure } from "../shell/failure.tsx";
import { useAllows } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { Elapsed } from "../ui/elapsed.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { Message } from "../ui/message.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { keptBy, RemoveKeptDialog } from "./again-dialog.tsx";
import { ProofView } from "./proof-view.tsx";
import classes from "./retire.module.css";
import { RetirementStateView } from "./retirement-state.tsx";
import { RetirementTimeline } from "./retirement-timeline.tsx";
import { StaysView } from "./stays-view.tsx";
import { isRetirementOver, useRetireAgain, useRetirement } from "./use-retirement.ts";

/** A retirement while it runs, and its proof afterwards. */
export function RetirementPage({ initial }: { initial: RetirementView }) {
  const t = useTranslations("retire");
  const router = useRouter();
  const allows = useAllows();
  const { data: retirement = initial } = useRetirement(initial.id, initial);
  const [removing, setRemoving] = useState(false);
  const { app, state, teamId } = retirement;
  const kept = keptBy(retirement);
  const open = (id: string) => router.push(`/retirements/${id}`);
  const mayNot = allows("app.retire", teamId) ? undefined : t("mayNot");
  return (
    <>
      <PageHead
        crumbs={[
          { href: "/services", label: t("services") },
          { href: "/retirements", label: t("list.title") },
        ]}
        title={app}
        meta={<RetirementStateView state={state} />}
        actions={
          state === "done" &&
          kept.length > 0 &&
          retirement.continuedById === null && (
            <Button small look="danger" why={mayNot} onClick={() => setRemoving(true)}>
              {t("removeKept.open")}
            </Button>
          )
        }
      />
      <div className={classes.page}>
        <Standing retirement={retirement} why={mayNot} onOpen={open} />
        <div className={classes.columns}>
          <div className={classes.column}>
            {isRetirementOver(state) && <ProofView systems={retirement.systems} />}
            <Panel title={t("steps.title")} padded>
              <RetirementTimeline retirement={retirement} />
            </Panel>
            {!isRetirementOver(state) && <ProofView systems={retirement.systems} />}
          </div>
          <div className={classes.column}>
            <Facts retirement={retirement} />
            <Panel title={t("stays.title")} padded>
              <StaysView {...retirement} left={[...kept.map(whyKept), ...retirement.findings]} />
            </Panel>
          </div>
        </div>
      </div>
      {removing && <RemoveKeptDialog retirement={retirement} onClose={() => setRemoving(false)} onConfirmed={open} />}
    </>
  );
}

const whyKept = ({ kind, key, left }: ReturnType<typeof keptBy>[number]) => ({ kind, key, why: left ?? "shared" });

type StandingProps = { retirement: RetirementView; why: string | undefined; onOpen: (id: string) => void };

/** The one sentence of how it stands, with the one way on. */
function Standing({ retirement, why, onOpen }: StandingProps) {
  const t = useTranslations("retire.standing");
  const errorText = usePublicErrorText();
  const again = useRetireAgain(retirement.id);
  const { state, app, continuedById, error, endedAt } = retirement;
  if (continuedById !== null) {
    return (
      <Message
        state="unknown"
        title={t("continued")}
        action={
          <Button small href={`/retirements/${continuedById}`}>
            {t("openNewest")}
          </Button>
        }
      />
    );
  }
  if (state === "done") {
    return (
      <Message state="ok" title={t("done", { app })}>
        {endedAt && t.rich("proven", { ago: () => <RelativeTime at={endedAt} /> })}
      </Message>
    );
  }
  if (state !== "failed") return null;
  const goOn = (images: boolean) =>
    again.mutate(
      { name: app, reason: retirement.reason, keep: { ...retirement.keep, images } },
      { onSuccess: ({ retirementId }) => onOpen(retirementId) },
    );
  const imagesFailed = retirement.steps.some((step) => step.name === "images" && step.state === "failed");
  return (
    <>
      <Message
        state="fail"
        title={t("failed")}
        action={
          <>
            {imagesFailed && (
              <Button small why={why} onClick={() => goOn(true)}>
                {t("keepImages")}
              </Button>
            )}
            <Button small look="primary" why={why} busy={again.isPending} onClick={() => goOn(retirement.keep.images)}>
              {t("again")}
            </Button>
          </>
        }
      >
        {error && errorText(error)}
      </Message>
      {again.error && <Failure error={again.error} />}
    </>
  );
}

function Facts({ retirement }: { retirement: RetirementView }) {
  const t = useTranslations("retire.facts");
  const { repositoryUrl, repository, startedAt, endedAt, requestedAt, requestedBy, reason, team } = retirement;
  return (
    <Panel title={t("title")}>
      <KeyValue
        facts={[
          { key: "by", label: t("by"), value: requestedBy ?? "–", end: <RelativeTime at={requestedAt} /> },
          { key: "reason", label: t("reason"), value: reason },
          { key: "took", label: t("took"), value: startedAt ? <Elapsed from={startedAt} to={endedAt} /> : "–" },
          { key: "team", label: t("team"), value: team },
          {
            key: "repository",
            label: t("repository"),
            value:
              repositoryUrl === null ? (
                "–"
              ) : (
                <a className="k-link" href={repositoryUrl} target="_blank" rel="noreferrer">
                  {repository}
                </a>
              ),
          },
        ]}
      />
    </Panel>
  );
}
