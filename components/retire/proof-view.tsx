"use client";

import { useTranslations } from "use-intl";
import type { ProofEntry, RetirementView } from "#lib/retire/schema";
import { Badge } from "../ui/badge.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { State } from "../ui/state.tsx";
import { useKindWord, useSystemWord } from "./object-words.ts";
import classes from "./retire.module.css";

/** Every object that was ever made, system by system: whether it is there, and when that was looked at. */
export function ProofView({ systems }: Pick<RetirementView, "systems">) {
  const t = useTranslations("retire.proof");
  const systemWord = useSystemWord();
  return systems.map((system) => {
    const absent = system.entries.filter(({ state }) => state === "absent").length;
    return (
      <Panel
        key={system.system}
        title={systemWord(system)}
        meta={t("absentOf", { absent, all: system.entries.length })}
      >
        <ul className={classes.proof}>
          {system.entries.map((entry) => (
            <Entry key={`${entry.kind} ${entry.key}`} entry={entry} />
          ))}
        </ul>
      </Panel>
    );
  });
}

function Entry({ entry }: { entry: ProofEntry }) {
  const t = useTranslations("retire.proof");
  const plan = useTranslations("retire.plan");
  const kindWord = useKindWord();
  const { state, left, verifiedAt } = entry;
  return (
    <li>
      <State glyph={state === "absent" ? "done" : left ? "none" : "working"}>
        {state === "absent" ? t("absent") : left ? t(`left.${left}`) : t("there")}
      </State>
      <span className={classes.object}>
        <b>{kindWord(entry.kind)}</b>{" "}
        <code className="k-trunc" title={entry.key}>
          {entry.key}
        </code>
      </span>
      <span className={classes.marks}>
        {entry.origin === "orphan" && <Badge title={plan("orphanHint")}>{plan("orphan")}</Badge>}
        {entry.environments.map((name) => (
          <Badge key={name}>{name}</Badge>
        ))}
      </span>
      <small className="k-quiet">
        {verifiedAt && t.rich("looked", { ago: () => <RelativeTime at={verifiedAt} /> })}
      </small>
    </li>
  );
}
