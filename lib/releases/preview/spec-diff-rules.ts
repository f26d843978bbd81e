import { printBytes, printCpu } from "#lib/apps/quantity-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type SpecChange } from "../drift/schema.ts";
import {
  callerWords,
  configWords,
  externalWords,
  fileWords,
  tolerationWords,
  trafficWords,
  volumeWords,
} from "./list-words-rules.ts";

/** `field` is the message key "releases.change.<field>", `path` where its value stands in a Spec (the same when left out). */
type Field = {
  field: string;
  path?: string;
  print?: (value: unknown) => string;
  /** What it means that nothing is said, where the other Spec says something. */
  unsaid?: string;
};
type ListField = { field: string; read: (spec: AppSpec) => string[] };

const cpu = (value: unknown): string => printCpu(Number(value));
const bytes = (value: unknown): string => printBytes(Number(value));

/** Each name after a prefix is a field of its own: probes and scaling rules have the same ones. */
const each = (prefix: string, path: string, names: readonly string[]): Field[] =>
  names.map((name) => ({ field: `${prefix}.${name}`, path: `${path}.${name}` }));

const PROBE = [
  "type",
  "path",
  "port",
  "scheme",
  "headers",
  "command",
  "service",
  "initialDelaySeconds",
  "periodSeconds",
  "timeoutSeconds",
  "successThreshold",
  "failureThreshold",
];
const SCALING_RULE = ["stabilizationSeconds", "percent", "pods", "periodSeconds"];

const FIELDS: readonly Field[] = [
  { field: "image.repository" },
  { field: "image.tag" },
  { field: "image.digest" },
  { field: "image.commit", path: "image.commitSha" },
  ...each("workload", "workload", ["kind", "podManagement"]),
  { field: "replicas" },
  ...each("autoscaling", "autoscaling", ["minReplicas", "maxReplicas", "cpuPercent", "memoryPercent"]),
  ...each("autoscaling.scaleUp", "autoscaling.scaleUp", SCALING_RULE),
  ...each("autoscaling.scaleDown", "autoscaling.scaleDown", SCALING_RULE),
  { field: "cpuRequest", path: "resources.cpuRequestMillis", print: cpu },
  { field: "cpuLimit", path: "resources.cpuLimitMillis", print: cpu },
  { field: "memoryRequest", path: "resources.memoryRequestBytes", print: bytes },
  { field: "memoryLimit", path: "resources.memoryLimitBytes", print: bytes },
  { field: "command" },
  { field: "args" },
  ...each("startup", "startupProbe", PROBE),
  ...each("readiness", "readinessProbe", PROBE),
  ...each("liveness", "livenessProbe", PROBE),
  ...each("logCollection", "logCollection", ["directory", "include"]),
  ...each("logCollection.multiline", "logCollection.multiline", ["pattern", "negate", "match"]),
  ...each("security", "security", [
    "runAsUser",
    "runAsGroup",
    "runAsNonRoot",
    "readOnlyRootFilesystem",
    "allowPrivilegeEscalation",
    "dropCapabilities",
    "fsGroup",
    "seccomp",
  ]),
  { field: "placement.antiAffinity" },
  { field: "meshMode" },
  { field: "sidecar.cpuRequest", path: "sidecar.resources.cpuRequestMillis", print: cpu },
  { field: "sidecar.cpuLimit", path: "sidecar.resources.cpuLimitMillis", print: cpu },
  { field: "sidecar.memoryRequest", path: "sidecar.resources.memoryRequestBytes", print: bytes },
  { field: "sidecar.memoryLimit", path: "sidecar.resources.memoryLimitBytes", print: bytes },
  ...each("sidecar", "sidecar", [
    "holdApplication",
    "excludeInboundPorts",
    "excludeOutboundPorts",
    "excludeOutboundRanges",
  ]),
  { field: "mtls", path: "access.mtls" },
  { field: "reach", path: "egress.reach", unsaid: "anything" },
  { field: "gatewayClass", path: "exposure.gatewayClass" },
  { field: "failedOverTo", path: "exposure.failedOverTo" },
  ...each("trafficPolicy.loadBalancing", "trafficPolicy.loadBalancing", ["by", "name", "ttlSeconds"]),
  ...each("trafficPolicy.connectionPool", "trafficPolicy.connectionPool", [
    "maxConnections",
    "maxPendingRequests",
    "maxRequestsPerConnection",
    "connectTimeoutMs",
  ]),
  ...each("trafficPolicy.outlierDetection", "trafficPolicy.outlierDetection", [
    "consecutive5xx",
    "consecutiveGatewayErrors",
    "intervalSeconds",
    "ejectionSeconds",
    "maxEjectedPercent",
  ]),
  ...each("strategy", "strategy", [
    "type",
    "maxSurge",
    "maxUnavailable",
    "minReadySeconds",
    "progressDeadlineSeconds",
    "drainSeconds",
    "terminationGracePeriodSeconds",
  ]),
  { field: "restartedAt" },
];

type NameValue = { name: string; value: string };
const pairs = (list: readonly NameValue[]): string[] => list.map(({ name, value }) => `${name}=${value}`);

/** Lists are compared element by element: what stands before the first "=" or space names an element. */
const LISTS: readonly ListField[] = [
  { field: "port", read: (s) => s.ports.map((p) => `${p.name} ${p.port}/${p.protocol}`) },
  { field: "env", read: (s) => pairs(s.env) },
  { field: "file", read: (s) => s.files.map(fileWords) },
  { field: "config", read: (s) => s.config.filter(({ kind }) => kind === "config").map(configWords) },
  { field: "secret", read: (s) => s.config.filter(({ kind }) => kind === "secret").map(configWords) },
  { field: "volume", read: (s) => s.volumes.map(volumeWords) },
  { field: "hostAlias", read: (s) => s.hostAliases.map(({ ip, hostnames }) => [ip, ...hostnames].join(" ")) },
  { field: "podLabel", read: (s) => pairs(s.podLabels) },
  { field: "podAnnotation", read: (s) => pairs(s.podAnnotations) },
  { field: "nodeSelector", read: (s) => pairs(s.placement.nodeSelector) },
  { field: "toleration", read: (s) => s.placement.tolerations.map(tolerationWords) },
  {
    field: "spread",
    read: (s) =>
      s.placement.spread.map(({ over, maxSkew, strict }) => `${over} ±${maxSkew}${strict ? " (strict)" : ""}`),
  },
  {
    field: "route",
    read: (s) => (s.exposure?.routes ?? []).map((r) => `${r.host}${r.path} (${r.pathType}) → ${r.port}`),
  },
  { field: "caller", read: (s) => callerWords(s.access?.callers ?? null) },
  { field: "external", read: (s) => (s.egress?.hosts ?? []).map(externalWords) },
  { field: "tls", read: (s) => (s.exposure?.tls ?? []).flatMap((t) => t.hosts.map((h) => `${h} ${t.secretName}`)) },
  { field: "traffic", read: (s) => (s.exposure?.routes ?? []).flatMap(trafficWords) },
];

/** Message keys that a change may name, each list also as "<field>.order". */
export const CHANGE_FIELDS: readonly string[] = [
  ...FIELDS.map((f) => f.field),
  ...LISTS.flatMap((l) => [l.field, `${l.field}.order`]),
];

/** The message key of what stands at a path of a Spec; null where it has no word of its own. */
export const wordFor = (path: string): string | null =>
  FIELDS.find(({ field, path: at = field }) => at === path)?.field ??
  LISTS.find(({ field }) => path.split(".").at(-1)?.replace(/s$/, "") === field)?.field ??
  null;

/** What differs between two Specs, in words. Empty if and only if they want the same; all of `after` when there was none. */
export function specChanges(before: AppSpec | null, after: AppSpec): SpecChange[] {
  const single = FIELDS.flatMap((field) => {
    const [was, is] = [printed(before, field), printed(after, field)];
    const unsaid = before === null || (was ?? is) === null ? null : (field.unsaid ?? null);
    return change(field.field, was ?? unsaid, is ?? unsaid);
  });
  const lists = LISTS.flatMap(({ field, read }) => listChanges(field, before ? read(before) : [], read(after)));
  return [...single, ...lists];
}

/** Null for what is not said, and for an empty list: neither is a value. */
function printed(spec: AppSpec | null, { field, path = field, print }: Field): string | null {
  const value = path
    .split(".")
    .reduce<unknown>(
      (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
      spec,
    );
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return null;
  if (print) return print(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
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
