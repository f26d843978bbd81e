import { type AppSpec } from "#lib/apps/spec-schema";
import { type SpecChange } from "./schema.ts";

type Field = { field: string; read: (spec: AppSpec) => string | null };
type ListField = { field: string; read: (spec: AppSpec) => string[] };

const probe = (spec: AppSpec) => spec.readinessProbe;

/** One printable value each; `field` is the message key "releases.change.<field>". */
const FIELDS: readonly Field[] = [
  { field: "image.repository", read: (s) => s.image.repository },
  { field: "image.tag", read: (s) => s.image.tag ?? null },
  { field: "image.digest", read: (s) => s.image.digest },
  { field: "image.commit", read: (s) => s.image.commitSha ?? null },
  { field: "replicas", read: (s) => String(s.replicas) },
  { field: "cpuRequest", read: (s) => `${s.resources.cpuRequestMillis}m` },
  { field: "cpuLimit", read: (s) => `${s.resources.cpuLimitMillis}m` },
  { field: "memoryRequest", read: (s) => memory(s.resources.memoryRequestBytes) },
  { field: "memoryLimit", read: (s) => memory(s.resources.memoryLimitBytes) },
  { field: "command", read: (s) => argv(s.command) },
  { field: "args", read: (s) => argv(s.args) },
  { field: "readiness.path", read: (s) => probe(s)?.path ?? null },
  { field: "readiness.port", read: (s) => text(probe(s)?.port) },
  { field: "readiness.periodSeconds", read: (s) => text(probe(s)?.periodSeconds) },
  { field: "readiness.timeoutSeconds", read: (s) => text(probe(s)?.timeoutSeconds) },
  { field: "readiness.failureThreshold", read: (s) => text(probe(s)?.failureThreshold) },
  { field: "meshMode", read: (s) => s.meshMode },
  { field: "gatewayClass", read: (s) => s.exposure?.gatewayClass ?? null },
  { field: "strategy.maxSurge", read: (s) => String(s.strategy.maxSurge) },
  { field: "strategy.maxUnavailable", read: (s) => String(s.strategy.maxUnavailable) },
  { field: "strategy.minReadySeconds", read: (s) => String(s.strategy.minReadySeconds) },
  { field: "strategy.progressDeadlineSeconds", read: (s) => String(s.strategy.progressDeadlineSeconds) },
  { field: "strategy.drainSeconds", read: (s) => String(s.strategy.drainSeconds) },
  { field: "strategy.terminationGracePeriodSeconds", read: (s) => String(s.strategy.terminationGracePeriodSeconds) },
  { field: "restartedAt", read: (s) => s.restartedAt },
];

const LISTS: readonly ListField[] = [
  { field: "port", read: (s) => s.ports.map((p) => `${p.name} ${p.port}/${p.protocol}`) },
  { field: "env", read: (s) => s.env.map((e) => `${e.name}=${e.value}`) },
  {
    field: "route",
    read: (s) => (s.exposure?.routes ?? []).map((r) => `${r.host}${r.path} (${r.pathType}) → ${r.port}`),
  },
];

/** Message keys that a change may name, each list also as "<field>.order". */
export const CHANGE_FIELDS: readonly string[] = [
  ...FIELDS.map((f) => f.field),
  ...LISTS.flatMap((l) => [l.field, `${l.field}.order`]),
];

/** What differs between two Specs, in words. Empty if and only if they want the same; all of `after` when there was none. */
export function specChanges(before: AppSpec | null, after: AppSpec): SpecChange[] {
  const single = FIELDS.flatMap(({ field, read }) => change(field, before ? read(before) : null, read(after)));
  const lists = LISTS.flatMap(({ field, read }) => listChanges(field, before ? read(before) : [], read(after)));
  return [...single, ...lists];
}

const change = (field: string, before: string | null, after: string | null): SpecChange[] =>
  before === after ? [] : [{ field, before, after }];

/** Elements with the same name (up to the first "=" or space) are one changed element; others came or went. */
function listChanges(field: string, before: string[], after: string[]): SpecChange[] {
  const [was, is] = [byName(before), byName(after)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const changes = names.flatMap((name) => change(field, was.get(name) ?? null, is.get(name) ?? null));
  if (changes.length > 0) return changes;
  return change(`${field}.order`, before.map(nameOf).join(", "), after.map(nameOf).join(", "));
}

/** A name may occur twice (two routes of one path): then the first is compared with the first, the second with the second. */
function byName(list: string[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const element of list) {
    let occurrence = 1;
    while (named.has(`${nameOf(element)} ${occurrence}`)) occurrence += 1;
    named.set(`${nameOf(element)} ${occurrence}`, element);
  }
  return named;
}

const nameOf = (element: string): string => element.split(/[= ]/, 1)[0] ?? element;
const text = (value: number | undefined): string | null => (value === undefined ? null : String(value));
const argv = (words: string[]): string | null => (words.length === 0 ? null : JSON.stringify(words));

/** Bytes in the largest binary unit that divides them, as a Kubernetes quantity. */
function memory(bytes: number): string {
  if (bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3}Gi`;
  if (bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2}Mi`;
  return String(bytes);
}
