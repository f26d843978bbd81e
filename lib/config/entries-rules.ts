import { type ConfigKind } from "#lib/apps/spec/config-schema";
import { type Problem } from "#lib/apps/spec/problem";

type Entry = { key: string; value: string | null };

/** What all values of a ConfigMap or a Secret may hold together (https://kubernetes.io/docs/concepts/configuration/configmap/#motivation). */
export const CONFIG_BYTES = 1024 * 1024;

const encoder = new TextEncoder();
export const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { value }) => sum + encoder.encode(value ?? "").length, 0);

/** What is wrong with entries as a whole, each place by its path and a message key. */
export function entriesProblems(entries: readonly Entry[]): Problem[] {
  const keys = entries.map(({ key }) => key);
  const twice = keys.flatMap((key, i): Problem[] =>
    keys.indexOf(key) < i ? [{ path: [i, "key"], message: "duplicate" }] : [],
  );
  const tooLarge: Problem[] = bytesOf(entries) > CONFIG_BYTES ? [{ path: [], message: "too-large" }] : [];
  const none: Problem[] = entries.length === 0 ? [{ path: [], message: "config.empty" }] : [];
  return [...twice, ...tooLarge, ...none];
}

type Change = {
  key: string;
  change: "added" | "removed" | "changed";
  before: string | null;
  after: string | null;
};

/**
 * What differs between two versions, key by key, in the order of the newer one. A secret's entries are compared as they are
 * sealed (a value that stays keeps its envelope) and only that they differ is said.
 */
export function entriesDiff(kind: ConfigKind, before: readonly Entry[], after: readonly Entry[]): Change[] {
  const [was, is] = [before, after].map((entries) => new Map(entries.map(({ key, value }) => [key, value])));
  const keys = [...new Set([...after, ...before].map(({ key }) => key))];
  return keys.flatMap((key): Change[] => {
    const [old, next] = [was?.get(key), is?.get(key)];
    if (old === next) return [];
    const change = old === undefined ? "added" : next === undefined ? "removed" : "changed";
    if (kind === "secret") return [{ key, change, before: null, after: null }];
    return [{ key, change, before: old ?? null, after: next ?? null }];
  });
}
