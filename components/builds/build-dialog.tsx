"use client";

import { TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView, RefView } from "#lib/apps/schema";
import { LivePicker } from "../create/live-picker.tsx";
import { SearchNote } from "../create/search-note.tsx";
import { useRefs } from "../create/use-checks.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Commit } from "../ui/commit.tsx";
import { Dialog } from "../ui/dialog.tsx";
import classes from "./builds.module.css";
import { useRequestBuild } from "./use-builds.ts";

type Props = { app: AppView & { gitlabProjectId: number }; opened: boolean; onClose: () => void };

/** Build a branch, tag or commit; ends on the build's own page. */
export function BuildDialog({ app, opened, onClose }: Props) {
  const t = useTranslations("builds.dialog");
  const router = useRouter();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<Pick<RefView, "name" | "kind"> & { commitSha?: string; commitTitle?: string }>({
    name: app.defaultRef,
    kind: "branch",
  });
  const [commit, setCommit] = useState("");
  const refs = useRefs(opened ? app.gitlabProjectId : undefined, query);
  const request = useRequestBuild(app.name);
  const key = useRef(crypto.randomUUID());
  const current = refs.data?.rows.find((row) => row.name === chosen.name && row.kind === chosen.kind) ?? chosen;

  const start = () =>
    request.mutate(
      commit.trim() === ""
        ? { ref: chosen.name, refKind: chosen.kind, idempotencyKey: key.current }
        : { ref: commit.trim(), refKind: "commit", idempotencyKey: key.current },
      {
        onSuccess: ({ buildId }) => {
          key.current = crypto.randomUUID();
          onClose();
          router.push(`/services/${app.name}/builds/${buildId}`);
        },
      },
    );

  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      title={t("title", { app: app.name })}
      width={520}
      footer={
        <>
          <span className="k-small k-quiet">{t("effect")}</span>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" busy={request.isPending} onClick={start}>
            {t("start")}
          </Button>
        </>
      }
    >
      <div className={classes.form}>
        <LivePicker<RefView>
          label={t("ref")}
          placeholder={t("refSearch")}
          chosen={chosen.name}
          query={query}
          onQuery={setQuery}
          mono
          groups={[
            {
              label: null,
              options: (refs.data?.rows ?? []).map((row) => ({
                key: `${row.kind}:${row.name}`,
                row,
                label: (
                  <>
                    <code>{row.name}</code>
                    <small>{row.commitTitle}</small>
                  </>
                ),
              })),
            },
          ]}
          onPick={setChosen}
          note={<SearchNote search={refs} query={query} />}
        />
        {current.commitSha && commit === "" && (
          <p className="k-small k-quiet">
            <Commit sha={current.commitSha} /> {current.commitTitle}
          </p>
        )}
        <TextInput
          label={t("commit")}
          placeholder={t("commitHint")}
          value={commit}
          onChange={(event) => setCommit(event.currentTarget.value)}
          spellCheck={false}
        />
        {request.error && <Failure error={request.error} />}
      </div>
    </Dialog>
  );
}
