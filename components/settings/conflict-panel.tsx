"use client";

import { Radio } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Side } from "#lib/apps/merge-rules";
import type { SpecChange } from "#lib/releases/drift/schema";
import type { SettingsView } from "#lib/releases/settings/schema";
import { changeName, printable } from "../releases/change-text.ts";
import { ChangeWords } from "../releases/change-words.tsx";
import { Button } from "../ui/button.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { type Clash, conflictOf, mergedWith } from "./edit-rules.ts";
import classes from "./settings.module.css";
import type { SettingsEdit } from "./use-settings.ts";

type Props = { edit: SettingsEdit; release: SettingsView["release"] };

/** Somebody released other settings while these were edited: both in words, and one way on that loses neither. */
export function ConflictPanel({ edit, release }: Props) {
  const t = useTranslations("settings.conflict");
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const { basis, form, theirs } = edit;
  if (theirs === null) return null;
  const conflict = conflictOf({ basis, form, theirs });
  const open = conflict.clashes.filter(({ path }) => choices[path] === undefined);
  const number = release?.number ?? 0;
  return (
    <section className={classes.conflict} aria-label={t("title", { number })}>
      <h2 role="alert">
        <Glyph name="warn" />
        {t.rich("title", { number })}
      </h2>
      <p>
        {t.rich("text", {
          name: release?.requestedBy ?? t("system"),
          ago: () => release && <RelativeTime at={release.requestedAt} />,
        })}
      </p>
      <div className={classes.sides}>
        <SideOf title={t("mine")} changes={conflict.mine} />
        <SideOf title={t("theirs", { number })} changes={conflict.theirs} />
      </div>
      {conflict.clashes.map((clash) => (
        <Choice
          key={clash.path}
          clash={clash}
          value={choices[clash.path]}
          onChange={(side) => setChoices((now) => ({ ...now, [clash.path]: side }))}
        />
      ))}
      <div className={classes.conflictFoot}>
        <Button onClick={edit.discard}>{t("takeTheirs")}</Button>
        <Button
          look="primary"
          why={open.length > 0 ? t("chooseFirst", { count: open.length }) : undefined}
          onClick={() => edit.resolve(mergedWith({ basis, form, theirs }, (path) => choices[path] ?? "theirs"))}
        >
          {t("onTop", { number })}
        </Button>
      </div>
    </section>
  );
}

function SideOf({ title, changes }: { title: string; changes: SpecChange[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ChangeWords changes={changes} />
    </div>
  );
}

type ChoiceProps = { clash: Clash; value: Side | undefined; onChange: (side: Side) => void };

function Choice({ clash, value, onChange }: ChoiceProps) {
  const t = useTranslations("settings.conflict");
  const words = useTranslations("releases");
  // Half-typed places have no words of their own yet.
  const name = clash.changes[0] ? changeName(words, clash.changes[0].field) : clash.path;
  const side = (part: "before" | "after") =>
    clash.changes.map((change) => printable(words, change.field, change[part])).join(", ") || t("unfinished");
  return (
    <Radio.Group
      label={t("both", { field: name })}
      value={value ?? ""}
      onChange={(next) => onChange(next === "mine" ? "mine" : "theirs")}
      classNames={{ root: classes.choice }}
    >
      <Radio value="mine" label={t("keepMine", { value: side("after") })} />
      <Radio value="theirs" label={t("keepTheirs", { value: side("before") })} />
    </Radio.Group>
  );
}
