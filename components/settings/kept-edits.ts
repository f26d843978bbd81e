import { z } from "zod";
import { storedSettings } from "#lib/apps/spec-schema";
import type { KeptEdit } from "./edit-rules.ts";
import type { SettingsForm } from "./typed-settings.ts";

/** What no settings are without. */
const PARTS = Object.entries(storedSettings.shape).flatMap(([key, part]) => (part instanceof z.ZodOptional ? [] : key));
/** As it was written by this version: every part of the settings is there, if half-typed. */
const typedSettings = z.custom<SettingsForm>(
  (value) => typeof value === "object" && value !== null && PARTS.every((key) => Object.hasOwn(value, key)),
);
const keptEdit = z.object({
  basis: z.object({ settings: storedSettings, release: z.number().int().nullable() }),
  form: typedSettings,
});

const edits = new Map<string, KeptEdit | null>();
const listeners = new Set<() => void>();
const storageKey = (key: string) => `kepler-settings:${key}`;

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The unsaved edit of this name; it outlives its page, and a reload of this browser tab. */
export function readEdit(key: string): KeptEdit | null {
  const known = edits.get(key);
  if (known !== undefined) return known;
  const stored = sessionStorage.getItem(storageKey(key));
  const edit = stored === null ? null : (keptEdit.safeParse(JSON.parse(stored)).data ?? null);
  edits.set(key, edit);
  return edit;
}

/** Keeps it for this browser tab; null forgets it. */
export function keepEdit(key: string, edit: KeptEdit | null): void {
  edits.set(key, edit);
  for (const listener of listeners) listener();
  try {
    if (edit === null) sessionStorage.removeItem(storageKey(key));
    else sessionStorage.setItem(storageKey(key), JSON.stringify(edit));
  } catch {
    // More than the browser keeps (some MiB): it then lasts as long as the document, and a reload is asked about.
  }
}
