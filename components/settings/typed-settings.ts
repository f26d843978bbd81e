import { type Domain, outsideRoutes } from "#lib/apps/spec/domain-rules";
import { ownHosts } from "#lib/apps/spec/egress-rules";
import { type AppSettings, type AppSpec, appSettings, fixedProblems } from "#lib/apps/spec-schema";
import { type Problem, problemOf } from "#lib/platform/i18n/problem-words";
import type { SpecChange } from "#lib/releases/drift/schema";
import { specChanges } from "#lib/releases/preview/spec-diff-rules";

/** A document while it is typed in: where a number belongs, text that is not one (yet) may stand. */
export type Typed<T> = T extends string | boolean | null | undefined
  ? T
  : T extends number
    ? number extends T
      ? number | string
      : T
    : T extends readonly (infer Element)[]
      ? Typed<Element>[]
      : { [Key in keyof T]: Typed<T[Key]> };
export type SettingsForm = Typed<AppSettings>;

/** Paths of a document ("strategy.maxSurge", `env.${0}.name`) to values that `Value` can be written to. */
export type PathTo<T, Value> = T extends readonly (infer Element)[]
  ? `${number}.${PathTo<Element, Value>}` | ([Value] extends [Element] ? `${number}` : never)
  : T extends object
    ? {
        [Key in keyof T & string]:
          | ([Value] extends [T[Key]] ? Key : never)
          | `${Key}.${PathTo<NonNullable<T[Key]>, Value>}`;
      }[keyof T & string]
    : never;

/** What stands at a path; undefined where there is nothing. */
export function valueAt(document: unknown, path: string): unknown {
  const step = (part: unknown, name: string): unknown =>
    typeof part === "object" && part !== null ? Reflect.get(part, name) : undefined;
  return path === "" ? document : path.split(".").reduce(step, document);
}

/** The document with another value at a path whose parent is there. */
export function withValue<T>(document: T, path: string, value: unknown): T {
  const copy = structuredClone(document);
  const names = path.split(".");
  const parent = valueAt(copy, names.slice(0, -1).join("."));
  if (typeof parent === "object" && parent !== null) Reflect.set(parent, names.at(-1) ?? "", value);
  return copy;
}

/** What is wrong, by path. */
export type Problems = Readonly<Record<string, Problem>>;
type Checked = { settings: AppSettings; problems: Problems } | { settings: null; problems: Problems };

/**
 * The settings that the form stands for, or what is wrong with it, place by place; `released` = what runs, which settled
 * some of it for good; `domains` = where its hosts may lie there.
 */
export function check(
  form: SettingsForm,
  released: AppSettings | null = null,
  domains: readonly Domain[] | null = null,
): Checked {
  const parsed = appSettings.safeParse(form);
  const problems: Record<string, Problem> = {};
  for (const issue of parsed.error?.issues ?? []) problems[issue.path.join(".")] ??= problemOf(issue);
  if (!parsed.success) return { settings: null, problems };
  for (const { path, message } of released ? fixedProblems(released, parsed.data) : [])
    problems[path.join(".")] = { code: "custom", message, origin: "" };
  const outside = domains && outsideRoutes(released?.exposure ?? null, parsed.data.exposure, domains);
  for (const { index } of outside ?? [])
    problems[`exposure.routes.${index}.host`] = { code: "custom", message: "host.outside-domains", origin: "" };
  // What namespaces there are only the server knows.
  const place = domains && { domains, namespaces: [] };
  for (const { path, message } of place ? ownHosts(released?.egress ?? null, parsed.data.egress, place) : [])
    problems[path.join(".")] = { code: "custom", message, origin: "" };
  return { settings: Object.keys(problems).length === 0 ? parsed.data : null, problems };
}

/** The nearest valid settings: parts that are half-typed, or do not fit the others, are as `fallback` has them. */
export function settled(form: SettingsForm, fallback: AppSettings): AppSettings {
  const { settings, problems } = check(form);
  if (settings) return settings;
  const part = (of: SettingsForm) => (into: SettingsForm, key: string) => withValue(into, key, valueAt(of, key));
  const wrong = new Set(Object.keys(problems).map((path) => path.split(".")[0] ?? ""));
  const without = check([...wrong].reduce(part(fallback), form)).settings;
  if (without) return without;
  return Object.keys(form).reduce((best, key) => check(part(form)(best, key)).settings ?? best, fallback);
}

const SAME_IMAGE: AppSpec["image"] = { repository: "same", digest: `sha256:${"0".repeat(64)}` };

/** What differs between two settings, in words. */
export const settingsChanges = (before: AppSettings, after: AppSettings): SpecChange[] =>
  specChanges({ ...before, image: SAME_IMAGE }, { ...after, image: SAME_IMAGE });
