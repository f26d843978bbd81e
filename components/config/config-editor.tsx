"use client";

import { SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { ConfigKind } from "#lib/apps/spec/config-schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { bytesOf } from "#lib/config/entries-rules";
import { type ConfigSetView, type ShownEntry, saveConfigInput } from "#lib/config/schema";
import { problemOf } from "#lib/platform/i18n/problem-words";
import { ReasonInput } from "../fields/reason-input.tsx";
import { useProblemWords } from "../fields/use-problem-words.ts";
import { ApiError } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { useErrorText } from "../shell/use-error-text.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Message } from "../ui/message.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import classes from "./config.module.css";
import { ConfigConflict } from "./config-conflict.tsx";
import { ConfigEntries } from "./config-entries.tsx";
import { readTheirs, type SetRef, type Theirs, useConfigEntries, useSaveConfig } from "./use-config.ts";

type Props = {
  app: AppView;
  environment: EnvironmentView;
  /** The set whose next version is written; null = a new one. */
  set: ConfigSetView | null;
  onClose: () => void;
  onSaved: (set: SetRef) => void;
};

/** Loads what the edit begins from, once: what others save meanwhile is a conflict to be seen, not text that changes. */
export function ConfigEditor(props: Props) {
  const t = useTranslations("config.editor");
  const { app, environment, set, onClose } = props;
  const [begun] = useState(set?.version ?? 0);
  const { data, error } = useConfigEntries(app, environment.name, set ?? { kind: "config", name: "" }, begun);
  const base = begun === 0 ? NOTHING : data?.entries;
  const title = set === null ? t("new") : t("title", { name: set.name, version: begun });
  const badge = <Badge tone={environment.purpose === "prod" ? "prod" : undefined}>{environment.name}</Badge>;
  return (
    <Dialog opened onClose={onClose} title={title} badges={badge} width={860}>
      {error && <Failure error={error} />}
      {base ? (
        <EditorForm {...props} begun={{ version: begun, entries: base }} />
      ) : (
        !error && <SkeletonRows rows={4} columns="200px 1fr" />
      )}
    </Dialog>
  );
}

const NOTHING: ShownEntry[] = [];
type Begun = { version: number; entries: readonly ShownEntry[] };

function EditorForm({ app, environment, set, onClose, onSaved, begun }: Props & { begun: Begun }) {
  const t = useTranslations("config.editor");
  const errorText = useErrorText();
  const words = useProblemWords();
  const save = useSaveConfig(app);
  const [kind, setKind] = useState<ConfigKind>(set?.kind ?? "config");
  const [name, setName] = useState(set?.name ?? "");
  const [basis, setBasis] = useState(begun);
  const [entries, setEntries] = useState<ShownEntry[]>(
    begun.entries.length > 0 ? [...begun.entries] : [{ key: "", value: "" }],
  );
  const [reason, setReason] = useState("");
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  const [asked, setAsked] = useState(false);

  const input = {
    environmentId: environment.id,
    kind,
    name,
    expectedVersion: basis.version,
    entries,
    reason: reason.trim() === "" ? null : reason,
  };
  const parsed = saveConfigInput.safeParse(input);
  const problems = new Map(
    (parsed.error?.issues ?? []).map((issue) => [issue.path.join("."), words(problemOf(issue))]),
  );
  const unchanged = JSON.stringify(entries) === JSON.stringify(basis.entries);

  const submit = () => {
    setAsked(true);
    if (!parsed.success) return;
    save.mutate(parsed.data, {
      onSuccess: () => onSaved({ kind, name }),
      onError: (error) => {
        if (set === null || !(error instanceof ApiError) || error.code !== "conflict") return;
        // What cannot be read leaves the server's own sentence, which says who saved which version.
        void readTheirs(app, environment.name, set, basis.version).then(setTheirs, () => setTheirs(null));
      },
    });
  };
  const errorOf = (path: string) => (asked ? problems.get(path) : undefined);
  return (
    <div className={classes.editor}>
      {set === null && (
        <div className={classes.head}>
          <SegmentedControl
            aria-label={t("kind")}
            value={kind}
            onChange={(next) => setKind(next === "secret" ? "secret" : "config")}
            data={[
              { value: "config", label: t("config") },
              { value: "secret", label: t("secret") },
            ]}
          />
          <TextInput
            aria-label={t("name")}
            placeholder={t("name")}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={name === "" ? errorOf("name") : problems.get("name")}
            spellCheck={false}
            data-autofocus
          />
        </div>
      )}
      <p className="k-small k-quiet">{kind === "secret" ? t("secretHint") : t("configHint")}</p>
      {theirs !== null && (
        <ConfigConflict
          kind={kind}
          base={basis.entries}
          mine={entries}
          theirs={theirs}
          onMerged={(merged) => {
            setBasis({ version: theirs.newest.version, entries: theirs.entries });
            setEntries(merged);
            setTheirs(null);
            save.reset();
          }}
        />
      )}
      <ConfigEntries kind={kind} entries={entries} base={basis.entries} onChange={setEntries} errorOf={errorOf} />
      {errorOf("entries") !== undefined && <Message state="fail">{errorOf("entries")}</Message>}
      {save.error && theirs === null && (
        <Message state="fail" title={t("notSaved")}>
          {errorText(save.error)}
        </Message>
      )}
      <div className={classes.confirm}>
        <ReasonInput label={t("reason")} value={reason} onChange={setReason} />
        <span className="k-small k-quiet k-num">{t("size", { kibibytes: Math.ceil(bytesOf(entries) / 1024) })}</span>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button
          look="primary"
          busy={save.isPending}
          why={theirs !== null ? t("conflictFirst") : unchanged ? t("nothingChanged") : undefined}
          onClick={submit}
        >
          {t("save", { version: basis.version + 1 })}
        </Button>
      </div>
    </div>
  );
}
