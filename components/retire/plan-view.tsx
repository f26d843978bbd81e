"use client";

import { useTranslations } from "use-intl";
import { leftBecause } from "#lib/retire/retire-rules";
import type { KeepChoice, PlanItem, RetirementPlan } from "#lib/retire/schema";
import { Badge } from "../ui/badge.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { Note } from "../ui/note.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { useKindWord, useSystemWord } from "./object-words.ts";
import classes from "./retire.module.css";

/** What would be removed, system by system; a system that does not answer says so instead of looking empty. */
export function PlanView({ plan, keep }: { plan: RetirementPlan; keep: KeepChoice }) {
  const t = useTranslations("retire.plan");
  const systemWord = useSystemWord();
  const errorText = usePublicErrorText();
  return (
    <ul className={classes.systems}>
      {inOrder(plan).map((system) => {
        const going = plan.items.filter(
          (item) => item.system === system.system && item.seen !== "absent" && leftBecause(item.kind, keep) === null,
        );
        return (
          <li key={system.system}>
            <h4>
              {systemWord(system)} <small className="k-num">{t("count", { count: going.length })}</small>
            </h4>
            {system.error && <Note state="warn">{t("silent", { reason: errorText(system.error) })}</Note>}
            <ul className={classes.objects}>
              {going.map((item) => (
                <GoingObject key={`${item.kind} ${item.key}`} item={item} />
              ))}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}

/** As a retirement goes through them. */
const inOrder = ({ systems }: RetirementPlan) => [
  ...systems.filter(({ system }) => system.startsWith("cluster:")),
  ...systems.filter(({ system }) => !system.startsWith("cluster:")),
];

function GoingObject({ item }: { item: PlanItem }) {
  const t = useTranslations("retire.plan");
  const kindWord = useKindWord();
  return (
    <li>
      <Glyph name={item.seen === "unknown" ? "unknown" : "none"} />
      <b>{kindWord(item.kind)}</b>
      <code className="k-trunc" title={item.key}>
        {item.key}
      </code>
      <span className={classes.marks}>
        {item.count !== null && <span className="k-num">{t("images", { count: item.count })}</span>}
        {item.origin === "orphan" && <Badge title={t("orphanHint")}>{t("orphan")}</Badge>}
        {item.environments.map((name) => (
          <Badge key={name}>{name}</Badge>
        ))}
      </span>
    </li>
  );
}
