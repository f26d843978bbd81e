"use client";

import { Accordion } from "@mantine/core";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { isEqual } from "#lib/apps/merge-rules";
import type { AppSettings } from "#lib/apps/spec-schema";
import { Badge } from "../ui/badge.tsx";
import { SECTION_FIELDS } from "./section-fields.ts";
import { SECTION_IDS, SECTIONS } from "./sections.ts";
import classes from "./settings.module.css";
import { settled } from "./typed-settings.ts";
import { useSectionWords } from "./use-section-words.ts";
import type { SettingsEdit } from "./use-settings.ts";

/** The sections, each a sentence until it is opened; which ones are open is in the address. */
export function SectionList({ edit }: { edit: SettingsEdit }) {
  const t = useTranslations("settings");
  const words = useSectionWords();
  const open = useSearchParams().get("open")?.split(",") ?? [];
  const now = settled(edit.form, edit.basis.settings);
  return (
    <Accordion multiple order={2} value={open} onChange={openInAddress} classNames={{ item: classes.section }}>
      {SECTION_IDS.map((id) => {
        const Fields = SECTION_FIELDS[id];
        return (
          <Accordion.Item key={id} value={id}>
            <Accordion.Control>
              <span className={classes.head}>
                <b>{t(`section.${id}`)}</b>
                <span>{words[id](now)}</span>
                <SectionMark parts={SECTIONS[id]} edit={edit} />
              </span>
            </Accordion.Control>
            <Accordion.Panel>
              <div className={classes.fields}>{open.includes(id) && <Fields />}</div>
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}

function SectionMark({ parts, edit }: { parts: readonly (keyof AppSettings)[]; edit: SettingsEdit }) {
  const t = useTranslations("settings.mark");
  const wrong = Object.keys(edit.problems).some((path) => parts.some((part) => path.split(".")[0] === part));
  if (wrong) return <Badge tone="fail">{t("wrong")}</Badge>;
  const edited = parts.some((part) => !isEqual(edit.form[part], edit.basis.settings[part]));
  return edited ? <Badge tone="working">{t("edited")}</Badge> : null;
}

/** Without a navigation: a reload, the back button and a link find the same sections open. With a state of Next's own it would not hear of it. */
function openInAddress(open: string[]): void {
  const url = new URL(window.location.href);
  if (open.length === 0) url.searchParams.delete("open");
  else url.searchParams.set("open", open.join(","));
  window.history.replaceState(null, "", url);
}
