"use client";

import { Radio } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Side } from "#lib/apps/merge-rules";
import type { ConfigKind } from "#lib/apps/spec/config-schema";
import { entriesDiff } from "#lib/config/entries-rules";
import type { ShownEntry } from "#lib/config/schema";
import { Button } from "../ui/button.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./config.module.css";
import { ConfigChanges } from "./config-changes.tsx";
import { mergeEntries } from "./merge-entries.ts";
import type { Theirs } from "./use-config.ts";

type Props = {
  kind: ConfigKind;
  base: readonly ShownEntry[];
  mine: readonly ShownEntry[];
  theirs: Theirs;
  onMerged: (entries: ShownEntry[]) => void;
};

/** Somebody saved a version meanwhile: both changes, a choice for each key that both changed, and mine on top of theirs. */
export function ConfigConflict({ kind, base, mine, theirs, onMerged }: Props) {
  const t = useTranslations("config.conflict");
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const { newest, entries, changes } = theirs;
  const three = { base, mine, theirs: entries, changedByThem: new Set(changes.map(({ key }) => key)) };
  const { clashes } = mergeEntries(three);
  const open = clashes.filter((key) => choices[key] === undefined);
  const version = newest.version;
  return (
    <section className={classes.conflict} aria-label={t("title", { version })}>
      <div role="alert">
        <h3>
          <Glyph name="warn" /> {t("title", { version })}
        </h3>
      </div>
      <p>{t.rich("text", { name: newest.savedBy ?? t("nobody"), ago: () => <RelativeTime at={newest.savedAt} /> })}</p>
      <div className={classes.sides}>
        <div>
          <h4>{t("mine")}</h4>
          <ConfigChanges changes={entriesDiff(kind, base, mine)} />
        </div>
        <div>
          <h4>{t("theirs", { version })}</h4>
          <ConfigChanges changes={changes} />
        </div>
      </div>
      {clashes.map((key) => (
        <Radio.Group
          key={key}
          label={t("both", { key })}
          value={choices[key] ?? ""}
          onChange={(side) => setChoices((now) => ({ ...now, [key]: side === "mine" ? "mine" : "theirs" }))}
        >
          <Radio value="mine" label={t("keepMine")} />
          <Radio value="theirs" label={t("keepTheirs")} />
        </Radio.Group>
      ))}
      <div className={classes.confirm}>
        <Button
          look="primary"
          why={open.length > 0 ? t("chooseFirst", { count: open.length }) : undefined}
          onClick={() => onMerged(mergeEntries(three, (key) => choices[key] ?? "theirs").entries)}
        >
          {t("onTop", { version })}
        </Button>
      </div>
    </section>
  );
}
