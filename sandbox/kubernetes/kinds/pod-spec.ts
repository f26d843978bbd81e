import { isObject, type JsonObject, section } from "../json.ts";
import { type Pod, type PodSpec } from "../objects.ts";
import { keyRef, localRef } from "./kind.ts";
import { absolutePath, dnsLabel, dnsSubdomain, envName, portName } from "./names.ts";
import { parseQuantity } from "./quantity.ts";
import {
  any,
  type Cause,
  choice,
  count,
  flag,
  integer,
  intOrString,
  invalid,
  list,
  listMap,
  map,
  missing,
  must,
  type ObjectSchema,
  object,
  quantity,
  type Schema,
  text,
} from "./schema.ts";

const port = () => integer({ min: 1, max: 65_535 });
const strings = () => list(text());

const handlerFields = {
  exec: object({ command: strings() }),
  httpGet: object({
    path: text({ default: "/" }),
    port: must(intOrString()),
    host: text(),
    scheme: choice(["HTTP", "HTTPS"], "HTTP"),
    httpHeaders: list(object({ name: must(text()), value: must(any()) })),
  }),
  tcpSocket: object({ port: must(intOrString()), host: text() }),
};

const oneHandler =
  (kinds: readonly string[]) =>
  (value: JsonObject, path: string): Cause[] => {
    const given = kinds.filter((kind) => value[kind] !== undefined);
    if (given.length === 0) return [missing(path, "must specify a handler type")];
    return given.slice(1).map((kind) => ({
      reason: "FieldValueForbidden",
      field: `${path}.${kind}`,
      message: "Forbidden: may not specify more than 1 handler type",
    }));
  };

const probe = (role: "readiness" | "other"): Schema =>
  object(
    {
      ...handlerFields,
      grpc: object({ port: must(port()), service: text({ default: "" }) }),
      initialDelaySeconds: count(),
      timeoutSeconds: integer({ min: 1, default: 1 }),
      periodSeconds: integer({ min: 1, default: 10 }),
      successThreshold: integer({ min: 1, default: 1 }),
      failureThreshold: integer({ min: 1, default: 3 }),
      terminationGracePeriodSeconds: integer({ min: 1 }),
    },
    {
      check: (value, path) => [
        ...oneHandler(["exec", "httpGet", "tcpSocket", "grpc"])(value, path),
        ...(role === "other" && value.successThreshold !== 1
          ? [invalid(`${path}.successThreshold`, value.successThreshold, "must be 1")]
          : []),
      ],
    },
  );

const lifecycleHandler = (): Schema =>
  object(
    { ...handlerFields, sleep: object({ seconds: must(count()) }) },
    { check: oneHandler(["exec", "httpGet", "tcpSocket", "sleep"]) },
  );

const envVar = object(
  {
    name: must(text({ check: envName })),
    value: text(),
    valueFrom: object({
      configMapKeyRef: keyRef(),
      secretKeyRef: keyRef(),
      fieldRef: object({ apiVersion: text({ default: "v1" }), fieldPath: must(text()) }, { atomic: true }),
      resourceFieldRef: object(
        { containerName: text(), resource: must(text()), divisor: quantity() },
        { atomic: true },
      ),
    }),
  },
  {
    check: (value, path) =>
      value.valueFrom !== undefined && value.value !== undefined && value.value !== ""
        ? [invalid(`${path}.valueFrom`, "", "may not be specified when `value` is not empty")]
        : [],
  },
);

const resources = (): Schema =>
  object(
    {
      limits: map(quantity()),
      requests: map(quantity()),
      claims: listMap("name", object({ name: must(text()), request: text() })),
    },
    { default: {}, complete: requestWhatIsLimited, check: requestsWithinLimits },
  );

function requestWhatIsLimited(value: JsonObject): void {
  if (!isObject(value.limits)) return;
  value.requests = { ...value.limits, ...section(value, "requests") };
}

function requestsWithinLimits(value: JsonObject, path: string): Cause[] {
  const limits = section(value, "limits");
  return Object.entries(section(value, "requests")).flatMap(([name, request]) => {
    const [wanted, limit] = [parseQuantity(String(request)), parseQuantity(String(limits[name] ?? ""))];
    const over = wanted !== undefined && limit !== undefined && wanted > limit;
    return over
      ? [invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${String(limits[name])}`)]
      : [];
  });
}

/** Always for `:latest` and for no tag at all, IfNotPresent otherwise (a digest never changes). */
function completeContainer(value: JsonObject): void {
  if (value.imagePullPolicy !== undefined || typeof value.image !== "string") return;
  const name = value.image.slice(value.image.lastIndexOf("/") + 1);
  const moving = !name.includes("@") && (!name.includes(":") || name.endsWith(":latest"));
  value.imagePullPolicy = moving ? "Always" : "IfNotPresent";
}

const container = (): ObjectSchema =>
  object(
    {
      name: must(text({ check: dnsLabel })),
      image: must(text()),
      command: strings(),
      args: strings(),
      workingDir: text(),
      ports: listMap(
        ["containerPort", "protocol"],
        object({
          name: text({ check: portName }),
          containerPort: must(port()),
          protocol: choice(["TCP", "UDP", "SCTP"], "TCP"),
          hostIP: text(),
          hostPort: count(),
        }),
        { patchKey: "containerPort" },
      ),
      env: listMap("name", envVar),
      envFrom: list(
        object({
          prefix: text(),
          configMapRef: object({ name: text(), optional: flag() }),
          secretRef: object({ name: text(), optional: flag() }),
        }),
      ),
      resources: resources(),
      resizePolicy: list(any()),
      restartPolicy: choice(["Always"]),
      volumeMounts: listMap(
        "mountPath",
        object({
          name: must(text()),
          mountPath: must(text()),
          subPath: text(),
          subPathExpr: text(),
          readOnly: flag(),
          recursiveReadOnly: text(),
          mountPropagation: text(),
        }),
      ),
      volumeDevices: listMap("devicePath", any()),
      livenessProbe: probe("other"),
      readinessProbe: probe("readiness"),
      startupProbe: probe("other"),
      lifecycle: object({ preStop: lifecycleHandler(), postStart: lifecycleHandler(), stopSignal: text() }),
      terminationMessagePath: text({ default: "/dev/termination-log", check: absolutePath }),
      terminationMessagePolicy: choice(["File", "FallbackToLogsOnError"], "File"),
      imagePullPolicy: choice(["Always", "IfNotPresent", "Never"]),
      securityContext: any(),
      stdin: flag(),
      stdinOnce: flag(),
      tty: flag(),
    },
    { complete: completeContainer },
  );

const items = () => list(object({ key: must(text()), path: must(text()), mode: integer({ min: 0, max: 511 }) }));
const mode = () => integer({ min: 0, max: 511, default: 0o644 });
const downwardItems = () =>
  list(
    object({
      path: must(text()),
      fieldRef: object({ apiVersion: text({ default: "v1" }), fieldPath: must(text()) }),
      resourceFieldRef: any(),
      mode: integer(),
    }),
  );

const SOURCES = [
  "emptyDir",
  "configMap",
  "secret",
  "downwardAPI",
  "projected",
  "hostPath",
  "persistentVolumeClaim",
  "nfs",
  "csi",
  "ephemeral",
  "image",
];
const volume = object(
  {
    name: must(text({ check: dnsLabel })),
    emptyDir: object({ medium: text(), sizeLimit: quantity() }),
    configMap: object({ name: text(), items: items(), optional: flag(), defaultMode: mode() }),
    secret: object({ secretName: text(), items: items(), optional: flag(), defaultMode: mode() }),
    downwardAPI: object({ items: downwardItems(), defaultMode: mode() }),
    projected: object({
      sources: list(
        object({
          configMap: object({ name: text(), items: items(), optional: flag() }),
          secret: object({ name: text(), items: items(), optional: flag() }),
          downwardAPI: object({ items: downwardItems() }),
          serviceAccountToken: any(),
        }),
      ),
      defaultMode: mode(),
    }),
    hostPath: object({ path: must(text()), type: text({ default: "" }) }),
    persistentVolumeClaim: object({ claimName: must(text()), readOnly: flag() }),
    nfs: any(),
    csi: any(),
    ephemeral: any(),
    image: any(),
  },
  {
    complete: (value) => {
      if (!SOURCES.some((source) => value[source] != null)) value.emptyDir = {};
    },
  },
);

function checkReferences(value: JsonObject, path: string): Cause[] {
  const volumes = new Set(
    (Array.isArray(value.volumes) ? value.volumes : []).map((each) => (isObject(each) ? each.name : undefined)),
  );
  return ["initContainers", "containers"].flatMap((group) => {
    const containers = value[group];
    if (!Array.isArray(containers)) return [];
    return containers.flatMap((each, index) => {
      const mounts = isObject(each) && Array.isArray(each.volumeMounts) ? each.volumeMounts : [];
      return mounts.flatMap((mount, place): Cause[] => {
        if (!isObject(mount) || volumes.has(mount.name)) return [];
        const field = `${path}.${group}[${index}].volumeMounts[${place}].name`;
        return [{ reason: "FieldValueNotFound", field, message: `Not found: ${JSON.stringify(mount.name)}` }];
      });
    });
  });
}

export const podSpec = (): ObjectSchema =>
  object(
    {
      containers: must(listMap("name", container(), { minItems: 1 })),
      initContainers: listMap("name", container()),
      ephemeralContainers: listMap("name", any()),
      volumes: listMap("name", volume),
      restartPolicy: choice(["Always", "OnFailure", "Never"], "Always"),
      terminationGracePeriodSeconds: count(30),
      activeDeadlineSeconds: integer({ min: 1 }),
      dnsPolicy: choice(["ClusterFirst", "Default", "ClusterFirstWithHostNet", "None"], "ClusterFirst"),
      dnsConfig: any(),
      nodeSelector: map(text(), { atomic: true }),
      nodeName: text(),
      serviceAccountName: text({ check: dnsSubdomain }),
      serviceAccount: text(),
      automountServiceAccountToken: flag(),
      hostNetwork: flag(),
      hostPID: flag(),
      hostIPC: flag(),
      hostUsers: flag(),
      shareProcessNamespace: flag(),
      securityContext: { ...any(), default: {} },
      imagePullSecrets: listMap("name", localRef()),
      hostname: text({ check: dnsLabel }),
      subdomain: text({ check: dnsLabel }),
      affinity: any(),
      schedulerName: text({ default: "default-scheduler" }),
      tolerations: list(
        object({ key: text(), operator: text(), value: text(), effect: text(), tolerationSeconds: integer() }),
      ),
      hostAliases: listMap("ip", object({ ip: must(text()), hostnames: list(text()) })),
      priorityClassName: text(),
      priority: integer(),
      preemptionPolicy: text(),
      readinessGates: list(object({ conditionType: must(text()) })),
      runtimeClassName: text(),
      enableServiceLinks: flag(),
      overhead: map(quantity()),
      topologySpreadConstraints: listMap(["topologyKey", "whenUnsatisfiable"], any(), { patchKey: "topologyKey" }),
      setHostnameAsFQDN: flag(),
      os: any(),
      schedulingGates: listMap("name", any()),
      resourceClaims: listMap("name", any()),
      resources: any(),
    },
    {
      check: checkReferences,
      complete: (value) => {
        // The two names of one field are kept equal, as the API does.
        if (value.serviceAccountName !== undefined) value.serviceAccount = value.serviceAccountName;
      },
    },
  );

/** What admission adds to a pod (not to a template): its account, tolerations, priority and first status. */
export function initialisePod(pod: Pod): void {
  const spec: PodSpec & JsonObject = pod.spec;
  spec.serviceAccountName ??= "default";
  spec.serviceAccount ??= spec.serviceAccountName;
  spec.enableServiceLinks ??= true;
  spec.preemptionPolicy ??= "PreemptLowerPriority";
  spec.priority ??= 0;
  spec.tolerations ??= ["not-ready", "unreachable"].map((taint) => ({
    key: `node.kubernetes.io/${taint}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  pod.status = { phase: "Pending", qosClass: qualityOf(pod.spec) };
}

function qualityOf(spec: PodSpec): string {
  const each = spec.containers.flatMap((one) =>
    ["cpu", "memory"].map((name) => [one.resources?.requests?.[name], one.resources?.limits?.[name]]),
  );
  if (each.every(([request, limit]) => request === undefined && limit === undefined)) return "BestEffort";
  return each.every(([request, limit]) => limit !== undefined && request === limit) ? "Guaranteed" : "Burstable";
}
