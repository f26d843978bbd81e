import { type JsonObject, section } from "../../json.ts";
import { type TypeRules } from "../compile.ts";
import { absolutePath, dnsLabel, envName, portName } from "../names.ts";
import { parseQuantity } from "../quantity.ts";
import { type Cause, forbidden, invalid, missing } from "../schema.ts";

const port = { min: 1, max: 65_535 };
const positive = { min: 1 };
const PROBES = ["livenessProbe", "startupProbe"];

const oneHandler =
  (kinds: readonly string[]) =>
  (value: JsonObject, path: string): Cause[] => {
    const given = kinds.filter((kind) => value[kind] !== undefined);
    if (given.length === 0) return [missing(path, "must specify a handler type")];
    return given.slice(1).map((kind) => forbidden(`${path}.${kind}`, "may not specify more than 1 handler type"));
  };

/** Always for `:latest` and for no tag at all, IfNotPresent otherwise (a digest never changes). */
function choosePullPolicy(container: JsonObject): void {
  if (container.imagePullPolicy != null || typeof container.image !== "string") return;
  const name = container.image.slice(container.image.lastIndexOf("/") + 1);
  const moving = !name.includes("@") && (!name.includes(":") || name.endsWith(":latest"));
  container.imagePullPolicy = moving ? "Always" : "IfNotPresent";
}

function requestWhatIsLimited(resources: JsonObject): void {
  if (resources.limits != null)
    resources.requests = { ...section(resources, "limits"), ...section(resources, "requests") };
}

function requestsWithinLimits(resources: JsonObject, path: string): Cause[] {
  const limits = section(resources, "limits");
  return Object.entries(section(resources, "requests")).flatMap(([name, request]) => {
    const [wanted, limit] = [parseQuantity(String(request)), parseQuantity(String(limits[name] ?? ""))];
    const isOver = wanted !== undefined && limit !== undefined && wanted > limit;
    return isOver
      ? [invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${String(limits[name])}`)]
      : [];
  });
}

function checkContainer(container: JsonObject, path: string): Cause[] {
  return PROBES.flatMap((role) => {
    const { successThreshold = 1 } = section(container, role);
    return successThreshold === 1 ? [] : [invalid(`${path}.${role}.successThreshold`, successThreshold, "must be 1")];
  });
}

/** Containers and what is in them. */
export const containerRules: TypeRules = {
  "core.v1.Container": {
    fields: {
      name: { check: dnsLabel },
      image: { required: true, default: "" },
      terminationMessagePath: { default: "/dev/termination-log", check: absolutePath },
      terminationMessagePolicy: { default: "File" },
    },
    complete: choosePullPolicy,
    check: checkContainer,
  },
  "core.v1.ContainerPort": { fields: { name: { check: portName }, containerPort: port } },
  "core.v1.EnvVar": {
    fields: { name: { check: envName } },
    check: ({ value = "", valueFrom }, path) =>
      valueFrom !== undefined && value !== ""
        ? [invalid(`${path}.valueFrom`, "", "may not be specified when `value` is not empty")]
        : [],
  },
  "core.v1.ObjectFieldSelector": { fields: { apiVersion: { default: "v1" } } },
  "core.v1.ResourceFieldSelector": { fields: { divisor: { default: "0" } } },
  "core.v1.ResourceRequirements": { complete: requestWhatIsLimited, check: requestsWithinLimits },
  "core.v1.Probe": {
    fields: {
      initialDelaySeconds: { min: 0 },
      timeoutSeconds: { default: 1, ...positive },
      periodSeconds: { default: 10, ...positive },
      successThreshold: { default: 1, ...positive },
      failureThreshold: { default: 3, ...positive },
      terminationGracePeriodSeconds: positive,
    },
    check: oneHandler(["exec", "httpGet", "tcpSocket", "grpc"]),
  },
  "core.v1.LifecycleHandler": { check: oneHandler(["exec", "httpGet", "tcpSocket", "sleep"]) },
  "core.v1.HTTPGetAction": { fields: { path: { default: "/" }, scheme: { default: "HTTP" } } },
  "core.v1.HTTPHeader": { fields: { value: { mayBeEmpty: true } } },
  "core.v1.GRPCAction": { fields: { port, service: { default: "" } } },
  "core.v1.SleepAction": { fields: { seconds: { min: 0 } } },
};
