"use client";

import { createContext, useContext } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { withoutPort } from "#lib/apps/spec/domain-rules";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { QuantityKind } from "../fields/quantity-text.ts";
import { useProblemWords } from "../fields/use-problem-words.ts";
import { type PathTo, type Problems, type SettingsForm, valueAt, withValue } from "./typed-settings.ts";

/** The document that the fields below edit. */
type Edited = {
  form: SettingsForm;
  change: (form: SettingsForm) => void;
  problems: Problems;
  readOnly: boolean;
  /** Whose settings they are, and where. */
  app: Pick<AppView, "id" | "name">;
  environment: string;
  /** A release has settled the kind of workload. */
  released: boolean;
  place: Place;
};
/** Where the service would stand: what its fields may offer there. */
export type Place = {
  meshAvailable: boolean;
  /** The host under which it is reached there unless somebody says otherwise. */
  host: string;
};
export const placeOf = (app: AppView, { domain, meshAvailable }: EnvironmentView): Place => ({
  meshAvailable: meshAvailable === true,
  host: `${app.name}.${withoutPort(domain)}`,
});
export const FieldsContext = createContext<Edited | null>(null);

export function useFields() {
  const context = useContext(FieldsContext);
  if (context === null) throw new TypeError("Only inside a form of settings.");
  const words = useProblemWords();
  const { problems } = context;
  return {
    ...context,
    /** What is wrong at a path, in words. */
    errorAt: (path: string, kind?: QuantityKind): string | undefined => problems[path] && words(problems[path], kind),
    /** The first that is wrong at a path or anywhere in it. */
    errorBelow: (path: string): string | undefined => {
      const found = Object.entries(problems).find(([at]) => at === path || at.startsWith(`${path}.`));
      return found && words(found[1]);
    },
  };
}

export type NumberPath = PathTo<SettingsForm, number>;
export type FlagPath = PathTo<SettingsForm, boolean>;
export type TextsPath = PathTo<SettingsForm, string[]>;
/** Lists of texts, and of words of which only some are right: what is wrong with one is said, as with any text. */
export type WordsPath = TextsPath | PathTo<SettingsForm, "GET"[]> | PathTo<SettingsForm, "5xx"[]>;
export type TextPath = PathTo<SettingsForm, string>;
/** Any place: what may be written there, the options say. */
export type AnyPath = PathTo<SettingsForm, never>;

export type FieldProps<Path extends string> = {
  at: Path;
  /** A key of `settings.field`; the last part of the path unless given. */
  name?: FieldName;
  /** In a row of a list: only the first shows its label. */
  row?: number;
};
export type FieldName = Parameters<ReturnType<typeof useTranslations<"settings.field">>>[0];

/** A place of the document as a field: its value, how to change it, its name, and what is wrong there in words. */
export function useField({ at, name, row = 0 }: FieldProps<string>, kind?: QuantityKind) {
  const t = useTranslations("settings.field");
  const hints = useTranslations("settings.hint");
  const { form, change, errorAt, readOnly } = useFields();
  const key = name ?? at.split(".").findLast((part) => Number.isNaN(Number(part))) ?? at;
  const label = t(key as FieldName);
  const hint = key as Parameters<typeof hints.has>[0];
  return {
    value: valueAt(form, at),
    set: (value: unknown) => change(withValue(form, at, value)),
    shared: {
      /** For links that lead to this field (use-wanted-field.ts). */
      "data-field": at,
      label: row === 0 ? label : undefined,
      "aria-label": row === 0 ? undefined : label,
      description: row === 0 && hints.has(hint) ? hints(hint) : undefined,
      inputWrapperOrder: ["label", "input", "description", "error"] as ("label" | "input" | "description" | "error")[],
      error: errorAt(at, kind),
    },
    readOnly,
  };
}
