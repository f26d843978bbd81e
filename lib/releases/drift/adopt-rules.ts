import { parseBytes, parseCpuMillis } from "#lib/apps/quantity-rules";
import { type AppSpec, appSettings, appSpec } from "#lib/apps/spec-schema";
import { containerOf } from "../manifests/object.ts";
import { isRecord } from "../ownership-rules.ts";
import { specChanges, wordFor } from "../preview/spec-diff-rules.ts";
import { type FieldRef, type SpecChange, type WhyNotKeep } from "./schema.ts";

/** A field of an object with what somebody made of it there; null where they took it away. */
export type FieldValue = FieldRef & { value: unknown };

/** A part of a Spec in the making, or why it cannot be made. */
type Written = Record<string, unknown> | WhyNotKeep;
type Write = (spec: Record<string, unknown>, value: unknown, names: readonly string[]) => Written;
/** Where a part of the Spec stands in the objects: `*` stands for any name, `{container}` for that of the app's own. */
type Place = { kind: RegExp; path: string; to: string; write: Write };

const WORKLOAD = /^apps\/v1\/(Deployment|StatefulSet)$/;
const AUTOSCALER = /^autoscaling\/v2\/HorizontalPodAutoscaler$/;
const TEMPLATE = ".spec.template";
const APP = `${TEMPLATE}.spec.containers[name="{container}"]`;

/** One value at one place of the Spec, as it stands or as `read` makes of it (undefined: it cannot). */
const value = (path: string, to: string, read: (value: unknown) => unknown = (same) => same): Place => ({
  kind: WORKLOAD,
  path,
  to,
  write: (spec, given) => {
    const readable = read(given);
    return readable === undefined ? "unreadable" : writeAt(spec, to.split("."), readable);
  },
});

/** Changed or taken away by name in one of the Spec's lists of {name, value}. */
const named = (path: string, to: string): Place => ({
  kind: WORKLOAD,
  path,
  to,
  write: (spec, given, [name]) => {
    // What takes its value from elsewhere is not the Spec's to say.
    if (given !== null && typeof given !== "string") return "not-expressed";
    const list = to.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), spec);
    if (!Array.isArray(list) || !list.some((each) => isRecord(each) && each.name === name)) return "not-expressed";
    const kept = list.flatMap((each: unknown) => {
      if (!isRecord(each) || each.name !== name) return [each];
      return given === null ? [] : [{ ...each, value: given }];
    });
    return writeAt(spec, to.split("."), kept);
  },
});

const cpu = (text: unknown) => parseCpuMillis(String(text)).value;
const bytes = (text: unknown) => parseBytes(String(text)).value;
const words = (list: unknown) => list ?? [];
const time = (text: unknown) => {
  const at = new Date(String(text));
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

const PROBE_PARTS: Record<string, string> = {
  "httpGet.path": "path",
  "httpGet.port": "port",
  "httpGet.scheme": "scheme",
  "tcpSocket.port": "port",
  "grpc.port": "port",
  "grpc.service": "service",
  "exec.command": "command",
  initialDelaySeconds: "initialDelaySeconds",
  periodSeconds: "periodSeconds",
  timeoutSeconds: "timeoutSeconds",
  successThreshold: "successThreshold",
  failureThreshold: "failureThreshold",
};
const probes = ["startupProbe", "readinessProbe", "livenessProbe"].flatMap((probe) =>
  Object.entries(PROBE_PARTS).map(([part, name]) => value(`${APP}.${probe}.${part}`, `${probe}.${name}`)),
);
const autoscaler = ["minReplicas", "maxReplicas"].map((name) => ({
  ...value(`.spec.${name}`, `autoscaling.${name}`),
  kind: AUTOSCALER,
}));

/** Every part of the Spec that a change by hand can be taken into; of what is not here the Spec says nothing in this form. */
const PLACES: readonly Place[] = [
  value(".spec.replicas", "replicas"),
  value(`${APP}.command`, "command", words),
  value(`${APP}.args`, "args", words),
  { kind: WORKLOAD, path: `${APP}.image`, to: "image.repository", write: image },
  named(`${APP}.env[name="*"].value`, "env"),
  named(`${APP}.env[name="*"]`, "env"),
  value(`${APP}.resources.requests.cpu`, "resources.cpuRequestMillis", cpu),
  value(`${APP}.resources.limits.cpu`, "resources.cpuLimitMillis", cpu),
  value(`${APP}.resources.requests.memory`, "resources.memoryRequestBytes", bytes),
  value(`${APP}.resources.limits.memory`, "resources.memoryLimitBytes", bytes),
  ...probes,
  ...autoscaler,
  value(".spec.minReadySeconds", "strategy.minReadySeconds"),
  value(".spec.progressDeadlineSeconds", "strategy.progressDeadlineSeconds"),
  value(".spec.strategy.rollingUpdate.maxSurge", "strategy.maxSurge"),
  value(".spec.strategy.rollingUpdate.maxUnavailable", "strategy.maxUnavailable"),
  value(`${TEMPLATE}.spec.terminationGracePeriodSeconds`, "strategy.terminationGracePeriodSeconds"),
  value(`${APP}.lifecycle.preStop.sleep.seconds`, "strategy.drainSeconds"),
  value(`${TEMPLATE}.metadata.annotations.kubectl.kubernetes.io/restartedAt`, "restartedAt", time),
  named(`${TEMPLATE}.metadata.annotations.*`, "podAnnotations"),
  named(`${TEMPLATE}.metadata.labels.*`, "podLabels"),
  named(`${TEMPLATE}.spec.nodeSelector.*`, "placement.nodeSelector"),
  ...["runAsUser", "runAsGroup", "fsGroup"].map((id) =>
    value(`${TEMPLATE}.spec.securityContext.${id}`, `security.${id}`),
  ),
];

/** A tag may mean another image tomorrow: only a digest can be kept. */
function image(spec: Record<string, unknown>, reference: unknown): Written {
  const [, repository, digest] = /^([^@]+)@(sha256:[0-9a-f]{64})$/.exec(String(reference)) ?? [];
  if (!repository || !digest) return "no-digest";
  return { ...spec, image: { repository: repository.replace(/:[^:/]+$/, ""), digest } };
}

/** A copy with another value at a path; what would have to be made on the way there is more than a changed value. */
function writeAt(into: Record<string, unknown>, path: readonly string[], given: unknown): Written {
  const [key = "", ...rest] = path;
  if (rest.length === 0) return key in into ? { ...into, [key]: given } : "not-expressed";
  const inner = into[key];
  if (!isRecord(inner)) return "not-expressed";
  const written = writeAt(inner, rest, given);
  return typeof written === "string" ? written : { ...into, [key]: written };
}

/** How the Spec would take a field in, or null when it does not express it. */
function placeOf({ kind, field }: FieldRef, container: string): { place: Place; names: string[] } | null {
  for (const place of PLACES) {
    if (!place.kind.test(kind)) continue;
    const pattern = place.path.replace("{container}", container).replace(/[.[\]{}()+?^$|\\]/g, "\\$&");
    const found = new RegExp(`^${pattern.replaceAll("*", '([^"]*)')}$`).exec(field);
    if (found) return { place, names: found.slice(1) };
  }
  return null;
}

/** Does the Spec say anything about this field? */
export const isExpressed = (ref: FieldRef, container: string): boolean => placeOf(ref, container) !== null;

/** The Spec with others' values in it, or why it cannot have them. All at once: limits and requests only fit together. */
export function adopt(spec: AppSpec, values: readonly FieldValue[], app: string): AppSpec | WhyNotKeep {
  const container = containerOf({ app: { name: app }, spec });
  let next: Record<string, unknown> = spec;
  for (const each of values) {
    const found = placeOf(each, container);
    const written = found ? found.place.write(next, each.value, found.names) : "not-expressed";
    if (typeof written === "string") return written;
    next = written;
  }
  const parsed = appSpec.safeParse(next);
  // A Spec older than a rule about how fields go together is not refused for what it has always said.
  return parsed.success && (isSound(parsed.data) || !isSound(spec)) ? parsed.data : "not-allowed";
}

const isSound = ({ image: _, ...settings }: AppSpec): boolean => appSettings.safeParse(settings).success;

/** Why a value cannot be kept; null when it can, alone or together with the others. */
export function whyNotKeep(spec: AppSpec, one: FieldValue, all: readonly FieldValue[], app: string): WhyNotKeep | null {
  const alone = adopt(spec, [one], app);
  if (alone !== "not-allowed") return typeof alone === "string" ? alone : null;
  const keepable = all.filter((each) => each === one || typeof adopt(spec, [each], app) !== "string");
  const together = [keepable, all].some((values) => typeof adopt(spec, values, app) !== "string");
  return together ? null : alone;
}

/** A changed field in the Spec's own words where it has them, else by its path with the values as they stand. */
export function changeInWords(spec: AppSpec, one: FieldValue & { wanted: unknown }, app: string): SpecChange {
  const kept = adopt(spec, [one], app);
  const changes = typeof kept === "string" ? [] : specChanges(spec, kept);
  // Another image also has no tag and no commit any more; what it is is its digest.
  const change = changes.find(({ field }) => field === "image.digest") ?? changes[0];
  if (change) return change;
  const known = wordFor(placeOf(one, containerOf({ app: { name: app }, spec }))?.place.to ?? "");
  return { field: known ?? one.field, before: printed(one.wanted), after: printed(one.value) };
}

const printed = (given: unknown): string | null =>
  given === null || given === undefined ? null : typeof given === "string" ? given : JSON.stringify(given);
