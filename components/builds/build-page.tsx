"use client";

import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { BuildView } from "#lib/builds/schema";
import type { StepView } from "#lib/platform/steps";
import { HeldCommits } from "../releases/held-commits.tsx";
import { Failure } from "../shell/failure.tsx";
import { BuildStateView } from "../ui/build-state.tsx";
import { Button } from "../ui/button.tsx";
import { Commit } from "../ui/commit.tsx";
import { Digest } from "../ui/digest.tsx";
import { Elapsed } from "../ui/elapsed.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { Message } from "../ui/message.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { Timeline } from "../ui/timeline.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { BuildLog } from "./build-log.tsx";
import { BuildStages } from "./build-stages.tsx";
import classes from "./builds.module.css";
import { isOver, useBuild, useCancelBuild } from "./use-builds.ts";

type Props = { app: AppView; initial: BuildView; mayCancel: boolean; onRebuild?: () => void };

/** One build: how far it is, why it failed, what it made, and its whole log. */
export function BuildPage({ app, initial, mayCancel }: Props) {
  const t = useTranslations("builds");
  const errorText = usePublicErrorText();
  const { data: build = initial, error } = useBuild(initial.id, initial);
  const cancel = useCancelBuild(initial.id);
  const over = isOver(build.state);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h2>
          {t("number", { number: build.number })} <BuildStateView state={build.state} />
        </h2>
        <span className="k-quiet">
          {build.startedAt && <Elapsed from={build.startedAt} to={build.endedAt} />}
          {!over && build.expectedMs !== null && (
            <> {t("expected", { seconds: Math.round(build.expectedMs / 1000) })}</>
          )}
        </span>
        {!over && (
          <Button
            look="danger"
            small
            busy={cancel.isPending}
            why={mayCancel ? (build.state === "cancelling" ? t("cancelling") : undefined) : t("mayNotCancel")}
            onClick={() => cancel.mutate()}
          >
            {t("cancel")}
          </Button>
        )}
        {build.state === "succeeded" && (
          <Button look="primary" small href={`/services/${app.name}?release=${build.id}`}>
            {t("release")}
          </Button>
        )}
      </header>
      {error && <Failure error={error} />}
      {cancel.error && <Failure error={cancel.error} />}
      {build.error && (
        <Message
          state={build.state === "cancelled" ? "unknown" : "fail"}
          title={t(build.state === "cancelled" ? "cancelledTitle" : "failedTitle")}
        >
          {errorText(build.error)}
        </Message>
      )}
      <HeldCommits app={app} commitSha={build.commitSha} />
      <BuildStages stages={build.stages} />
      <div className={classes.columns}>
        <BuildLog buildId={build.id} failed={build.state === "failed"} />
        <div className={classes.column}>
          <Panel title={t("steps.title")} padded>
            <Timeline
              steps={build.steps}
              label={t("steps.title")}
              nameOf={(step) => stepName(t, step)}
              brief={build.error !== null}
            />
          </Panel>
          <Panel title={t("facts.title")}>
            <BuildFacts build={build} />
          </Panel>
        </div>
      </div>
    </div>
  );
}

type T = ReturnType<typeof useTranslations<"builds">>;

/** The steps are a fixed list of the server; one that this page does not know yet keeps its own name. */
export function stepName(t: T, { name, state }: Pick<StepView, "name" | "state">): string {
  switch (name) {
    case "trigger":
    case "queue":
    case "run":
    case "verify":
      return t(`steps.${name}`, { state });
    default:
      return name;
  }
}

function imageSize(t: ReturnType<typeof useTranslations<"builds.facts">>, bytes: number): string {
  return bytes < 1e6 ? t("kilobytes", { size: bytes / 1e3 }) : t("megabytes", { size: bytes / 1e6 });
}

function BuildFacts({ build }: { build: BuildView }) {
  const t = useTranslations("builds.facts");
  return (
    <KeyValue
      facts={[
        {
          key: "commit",
          label: t("commit"),
          value: (
            <>
              <Commit sha={build.commitSha} copy /> {build.commitTitle}
            </>
          ),
        },
        { key: "author", label: t("author"), value: build.commitAuthor },
        { key: "ref", label: t(build.refKind), value: <code>{build.ref}</code> },
        {
          key: "asked",
          label: t("asked"),
          value: (
            <>
              {build.requestedBy ?? t(`trigger.${build.trigger}`)} <RelativeTime at={build.requestedAt} />
            </>
          ),
        },
        {
          key: "image",
          label: t("image"),
          value: build.imageDigest ? <Digest value={build.imageDigest} /> : t(isOver(build.state) ? "none" : "noImage"),
          end: build.imageSizeBytes === null ? undefined : imageSize(t, build.imageSizeBytes),
        },
        {
          key: "jenkins",
          label: "Jenkins",
          value: build.jenkinsUrl ? (
            <a className="k-link" href={build.jenkinsUrl} target="_blank" rel="noreferrer">
              {t("jenkinsRun", { number: build.jenkinsBuildNumber ?? 0 })}
            </a>
          ) : (
            t("notYet")
          ),
        },
      ]}
    />
  );
}
