"use client";

import { FileButton, Textarea, TextInput } from "@mantine/core";
import { ClipboardPaste, FileUp } from "lucide-react";
import { type Dispatch, type SetStateAction, useState } from "react";
import { useTranslations } from "use-intl";
import type { ConfigKind } from "#lib/apps/spec/config-schema";
import { CONFIG_BYTES } from "#lib/config/entries-rules";
import type { ShownEntry } from "#lib/config/schema";
import { EnvPaste } from "../fields/env-paste.tsx";
import { Rows } from "../fields/rows.tsx";
import { Button } from "../ui/button.tsx";
import { Note } from "../ui/note.tsx";
import classes from "./config.module.css";

type Props = {
  kind: ConfigKind;
  entries: readonly ShownEntry[];
  /** What the edit began from: a secret's keys of it keep their values until one is typed. */
  base: readonly ShownEntry[];
  onChange: Dispatch<SetStateAction<ShownEntry[]>>;
  errorOf: (path: string) => string | undefined;
};

const icon = { size: 14, strokeWidth: 1.5 } as const;
/** Past this a text area that grows with its text is slow to type in. */
const GROWS_UP_TO = 20_000;

/** Keys and what they say: typed, pasted as .env text, or from files. */
export function ConfigEntries({ kind, entries, base, onChange, errorOf }: Props) {
  const t = useTranslations("config.editor");
  const [pasting, setPasting] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);

  /** On top of what stands there by then: while files are read, people type on. */
  const add = (added: readonly { key: string; value: string }[]) =>
    onChange((now) => {
      const values = new Map(added.map(({ key, value }) => [key, value]));
      const kept = now
        .filter(({ key, value }) => key !== "" || value)
        .map(({ key, value }) => ({ key, value: values.get(key) ?? value }));
      const known = new Set(kept.map(({ key }) => key));
      return [...kept, ...added.filter(({ key }) => !known.has(key))];
    });
  const upload = async (files: File[]) => {
    const texts = await Promise.all(files.map(async (file) => ({ file, text: await textOf(file) })));
    setRefused(texts.find(({ text }) => text === null)?.file.name ?? null);
    add(texts.flatMap(({ file, text }) => (text === null ? [] : [{ key: keyOf(file.name), value: text }])));
  };
  const keeps = ({ key, value }: ShownEntry) =>
    kind === "secret" && value === null && base.some((entry) => entry.key === key);

  return (
    <>
      <Rows
        label={t("entries")}
        rows={entries}
        onChange={onChange}
        blank={(): ShownEntry => ({ key: "", value: "" })}
        add={t("add")}
        remove={({ key }) => t("remove", { key })}
        actions={
          <>
            <Button look="plain" small icon={<ClipboardPaste {...icon} />} onClick={() => setPasting(!pasting)}>
              {t("paste")}
            </Button>
            <FileButton multiple onChange={(files) => void upload(files)}>
              {({ onClick }) => (
                <Button look="plain" small icon={<FileUp {...icon} />} onClick={onClick}>
                  {t("upload")}
                </Button>
              )}
            </FileButton>
          </>
        }
      >
        {(entry, index, replace) => (
          <>
            <TextInput
              aria-label={t("key")}
              placeholder={t("key")}
              value={entry.key}
              onChange={(event) => replace({ key: event.currentTarget.value })}
              error={errorOf(`entries.${index}.key`)}
              className={classes.key}
              spellCheck={false}
            />
            <Textarea
              aria-label={t("value", { key: entry.key })}
              placeholder={keeps(entry) ? t("kept") : undefined}
              value={entry.value ?? ""}
              onChange={(event) => {
                const value = event.currentTarget.value;
                const isKept = kind === "secret" && value === "" && base.some(({ key }) => key === entry.key);
                replace({ value: isKept ? null : value });
              }}
              error={errorOf(`entries.${index}.value`)}
              className={classes.value}
              spellCheck={false}
              autosize={(entry.value?.length ?? 0) < GROWS_UP_TO}
              rows={12}
              minRows={1}
              maxRows={16}
            />
          </>
        )}
      </Rows>
      {refused !== null && <Note state="fail">{t("notText", { name: refused })}</Note>}
      {pasting && (
        <EnvPaste
          onClose={() => setPasting(false)}
          onPaste={(pasted) => {
            add(pasted.map(({ name, value }) => ({ key: name, value })));
            setPasting(false);
          }}
        />
      )}
    </>
  );
}

const keyOf = (fileName: string): string => fileName.replace(/[^-._a-zA-Z0-9]/g, "_");

/** Null for what is too large, or is no text. */
async function textOf(file: File): Promise<string | null> {
  if (file.size > CONFIG_BYTES) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
