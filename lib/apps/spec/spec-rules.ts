import { type z } from "zod";
import { accessProblems } from "./access-rules.ts";
import { isSameSet } from "./config-schema.ts";
import { egressProblems } from "./egress-rules.ts";
import { type SpecProbe, secondsUntilFailure } from "./probe-schema.ts";
import { type Path, type Problem } from "./problem.ts";
import { sidecarProblems } from "./sidecar-rules.ts";
import { FILES_BYTES } from "./storage-schema.ts";
import { type StoredSettings } from "./stored-schema.ts";
import { trafficPolicyProblems } from "./traffic-policy-rules.ts";
import { trafficProblems } from "./traffic-rules.ts";

/** What all variables, arguments and annotations may hold together: the API server takes no object of more than 1.5 MiB. */
const TEXT_BYTES = 256_000;

/**
 * What is wrong with settings across their fields, each place by its path and a message key. Asked of what people send,
 * never of rows: a rule that is made tomorrow must not make yesterday's releases unreadable.
 */
export function settingsProblems(settings: StoredSettings): Problem[] {
  return [
    ...duplicates(settings),
    ...undeclaredPorts(settings),
    ...routesWithoutService(settings),
    ...probeProblems(settings),
    ...workloadProblems(settings),
    ...sizeProblems(settings),
    ...configProblems(settings),
    ...trafficProblems(settings),
    ...trafficPolicyProblems(settings),
    ...sidecarProblems(settings),
    ...accessProblems(settings),
    ...egressProblems(settings),
  ];
}

/** `settingsProblems` as a zod check. */
export function refineSettings(settings: StoredSettings, ctx: z.RefinementCtx): void {
  for (const problem of settingsProblems(settings)) ctx.addIssue({ code: "custom", ...problem });
}

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
const probesOf = (settings: StoredSettings): [Path, SpecProbe][] =>
  PROBES.flatMap((role): [Path, SpecProbe][] => {
    const probe = settings[role];
    return probe ? [[[role], probe]] : [];
  });

function duplicates(settings: StoredSettings): Problem[] {
  const twice = (values: (string | number)[], path: (i: number) => Path): Problem[] =>
    values.flatMap((value, i) => (values.indexOf(value) < i ? [{ path: path(i), message: "duplicate" }] : []));
  const lists: [Path, { [key: string]: unknown }[], string][] = [
    [["ports"], settings.ports, "port"],
    [["ports"], settings.ports, "name"],
    [["env"], settings.env, "name"],
    [["podLabels"], settings.podLabels, "name"],
    [["podAnnotations"], settings.podAnnotations, "name"],
    [["volumes"], settings.volumes, "name"],
    [["hostAliases"], settings.hostAliases, "ip"],
    [["placement", "nodeSelector"], settings.placement.nodeSelector, "name"],
    [["placement", "spread"], settings.placement.spread, "over"],
  ];
  const named = lists.flatMap(([at, list, key]) =>
    twice(
      list.map((element) => String(element[key])),
      (i) => [...at, i, key],
    ),
  );
  return [...named, ...mountsTwice(settings)];
}

/** Files, configuration, volumes and the log directory share one file system: a path can be only one of them. */
function mountsTwice({ files, config, volumes, logCollection }: StoredSettings): Problem[] {
  const places: { at: Path; mounted: string }[] = [
    ...files.map(({ path }, i) => ({ at: ["files", i, "path"], mounted: path })),
    ...config.flatMap((each, i) =>
      each.use === "files" ? [{ at: ["config", i, "mountPath"], mounted: each.mountPath }] : [],
    ),
    ...volumes.map(({ mountPath }, i) => ({ at: ["volumes", i, "mountPath"], mounted: mountPath })),
    ...(logCollection ? [{ at: ["logCollection", "directory"], mounted: logCollection.directory }] : []),
  ];
  const first = new Map<string, number>();
  return places.flatMap(({ at, mounted }, i) => {
    if (first.has(mounted)) return [{ path: at, message: "duplicate" }];
    first.set(mounted, i);
    return [];
  });
}

function undeclaredPorts(settings: StoredSettings): Problem[] {
  const known = new Set(settings.ports.map(({ port }) => port));
  const asked: [Path, number][] = [
    ...probesOf(settings).flatMap(([path, probe]): [Path, number][] =>
      probe.type === "exec" ? [] : [[[...path, "port"], probe.port]],
    ),
    ...(settings.exposure?.routes ?? []).map(({ port }, i): [Path, number] => [
      ["exposure", "routes", i, "port"],
      port,
    ]),
  ];
  return asked.flatMap(([path, port]) => (known.has(port) ? [] : [{ path, message: "port.not-declared" }]));
}

/** A route leads to Kepler's own Service. */
const routesWithoutService = ({ exposure, adopted }: StoredSettings): Problem[] =>
  exposure && adopted?.leaves.includes("Service") ? [{ path: ["exposure"], message: "exposure.others-service" }] : [];

function probeProblems({ startupProbe, readinessProbe, livenessProbe, strategy }: StoredSettings): Problem[] {
  const problems: Problem[] = [];
  const once = { startupProbe, livenessProbe };
  for (const [role, probe] of Object.entries(once))
    if (probe && probe.successThreshold !== 1)
      problems.push({ path: [role, "successThreshold"], message: "probe.success-once" });
  if (startupProbe && secondsUntilFailure(startupProbe) > strategy.progressDeadlineSeconds)
    problems.push({ path: ["startupProbe", "failureThreshold"], message: "probe.startup-beyond-deadline" });
  // Without a startup probe, liveness counts from the start: one that gives up before readiness first asks only kills.
  const killsBeforeReady =
    !startupProbe &&
    livenessProbe &&
    readinessProbe &&
    secondsUntilFailure(livenessProbe) <= readinessProbe.initialDelaySeconds;
  if (killsBeforeReady)
    problems.push({ path: ["livenessProbe", "initialDelaySeconds"], message: "probe.liveness-before-readiness" });
  return problems;
}

function workloadProblems({ workload, volumes, strategy }: StoredSettings): Problem[] {
  const problems: Problem[] = [];
  if (strategy.drainSeconds >= strategy.terminationGracePeriodSeconds)
    problems.push({ path: ["strategy", "drainSeconds"], message: "strategy.drain-over-grace" });
  if (workload.kind === "statefulset") {
    if (strategy.type === "recreate")
      problems.push({ path: ["strategy", "type"], message: "strategy.deployment-only" });
    return problems;
  }
  if (workload.podManagement !== "ordered")
    problems.push({ path: ["workload", "podManagement"], message: "workload.statefulset-only" });
  volumes.forEach(({ type }, i) => {
    if (type === "template") problems.push({ path: ["volumes", i, "type"], message: "workload.statefulset-only" });
  });
  return problems;
}

const bytesOf = (texts: string[]): number => {
  const encoder = new TextEncoder();
  return texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
};

function sizeProblems({ files, env, command, args, podAnnotations }: StoredSettings): Problem[] {
  const limits: [Path, number, string[]][] = [
    [["files"], FILES_BYTES, files.flatMap(({ path, content }) => [path, content])],
    [["env"], TEXT_BYTES, env.flatMap(({ name, value }) => [name, value])],
    [["args"], TEXT_BYTES, [...command, ...args]],
    [["podAnnotations"], TEXT_BYTES, podAnnotations.flatMap(({ name, value }) => [name, value])],
  ];
  return limits.flatMap(([path, most, texts]) => (bytesOf(texts) > most ? [{ path, message: "too-large" }] : []));
}

/** A variable has one value, and pods of one release one version of a set: else nobody could say which of them they run. */
function configProblems({ config, env }: StoredSettings): Problem[] {
  const taken = new Set(env.map(({ name }) => name));
  return config.flatMap((each, i): Problem[] => {
    const problems: Problem[] = [];
    const first = config.find((other) => isSameSet(other, each));
    if (first && first.version !== each.version)
      problems.push({ path: ["config", i, "version"], message: "config.one-version" });
    if (each.use !== "variable") return problems;
    if (taken.has(each.variable)) problems.push({ path: ["config", i, "variable"], message: "duplicate" });
    taken.add(each.variable);
    return problems;
  });
}

type Fixed = Pick<StoredSettings, "workload" | "volumes" | "adopted">;

/**
 * What the first release settled for good and these settings would change: Kubernetes refuses to change a StatefulSet's pod
 * management and claim templates in place, and another kind would be another object beside the running one.
 */
export function fixedProblems(before: Fixed, after: Fixed): Problem[] {
  if (before.workload.kind !== after.workload.kind)
    return [{ path: ["workload", "kind"], message: "workload.kind-fixed" }];
  if (JSON.stringify(before.adopted) !== JSON.stringify(after.adopted))
    return [{ path: ["adopted"], message: "workload.fixed" }];
  if (after.workload.kind === "deployment") return [];
  const problems: Problem[] = [];
  if (before.workload.podManagement !== after.workload.podManagement)
    problems.push({ path: ["workload", "podManagement"], message: "workload.fixed" });
  const templates = ({ volumes }: Fixed) =>
    JSON.stringify(
      volumes.flatMap((volume) =>
        volume.type === "template" ? [[volume.name, volume.sizeBytes, volume.storageClass]] : [],
      ),
    );
  if (templates(before) !== templates(after)) problems.push({ path: ["volumes"], message: "workload.fixed" });
  return problems;
}
