import { configMaps, secrets, services } from "../kinds/index.ts";
import { parseQuantity } from "../kinds/quantity.ts";
import { type Container, type EnvVar, type Pod, type ResourceFieldRef } from "../objects.ts";
import { type Store } from "../store/store.ts";

/** Something that the pod refers to is not there: `CreateContainerConfigError` or `FailedMount`, tried again until it is. */
export class ConfigError extends Error {
  /** The volume it is needed for. */
  about = "";
}

export const decodeSecret = (data: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );

type Named = { name?: string; optional?: boolean };

export function configMapData(
  store: Store,
  namespace: string,
  { name = "", optional }: Named,
): Record<string, string> | undefined {
  const found = store.get(configMaps, namespace, name);
  if (found === undefined && optional !== true) throw new ConfigError(`configmap "${name}" not found`);
  return found === undefined ? undefined : (found.data ?? {});
}

export function secretData(
  store: Store,
  namespace: string,
  { name = "", optional }: Named,
): Record<string, string> | undefined {
  const found = store.get(secrets, namespace, name);
  if (found === undefined && optional !== true) throw new ConfigError(`secret "${name}" not found`);
  return found === undefined ? undefined : decodeSecret(found.data);
}

/** A container's variables: services, then envFrom, then env, with `$(NAME)` replaced; later ones win. */
export function environmentOf(store: Store, pod: Pod, container: Container): Record<string, string> {
  const namespace = pod.metadata.namespace ?? "default";
  const result: Record<string, string> =
    pod.spec.enableServiceLinks === false ? {} : serviceVariables(store, namespace);
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const data =
      (configMapRef === undefined ? undefined : configMapData(store, namespace, configMapRef)) ??
      (secretRef === undefined ? undefined : secretData(store, namespace, secretRef)) ??
      {};
    for (const [key, value] of Object.entries(data)) result[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(store, pod, container, variable);
    if (value !== undefined) result[variable.name] = expand(value, result);
  }
  return result;
}

export const expand = (text: string, variables: Record<string, string>): string =>
  text.replace(/\$\$|\$\(([^)]+)\)/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (variables[name] ?? whole),
  );

function valueOf(store: Store, pod: Pod, container: Container, { name, value, valueFrom }: EnvVar): string | undefined {
  const namespace = pod.metadata.namespace ?? "default";
  if (valueFrom === undefined) return value ?? "";
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) return resourceOf(pod, container, resourceFieldRef);
  const reference = configMapKeyRef ?? secretKeyRef;
  if (reference === undefined) throw new ConfigError(`variable ${name} has no source`);
  const data =
    configMapKeyRef === undefined
      ? secretData(store, namespace, reference)
      : configMapData(store, namespace, reference);
  const found = data?.[reference.key];
  if (found === undefined && reference.optional !== true)
    throw new ConfigError(
      `couldn't find key ${reference.key} in ${configMapKeyRef === undefined ? "Secret" : "ConfigMap"} ${namespace}/${reference.name}`,
    );
  return found;
}

/** The downward API: a field of the pod by its path. */
export function fieldOf(pod: Pod, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] === "labels" ? "labels" : "annotations"]?.[keyed[2] ?? ""] ?? "";
  const lines = (map: Record<string, string> | undefined): string =>
    Object.entries(map ?? {})
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join("\n");
  const fields: Record<string, string | undefined> = {
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "metadata.labels": lines(pod.metadata.labels),
    "metadata.annotations": lines(pod.metadata.annotations),
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName,
    "status.podIP": pod.status.podIP,
    "status.podIPs": pod.status.podIP,
    "status.hostIP": "127.0.0.1",
    "status.hostIPs": "127.0.0.1",
  };
  const value = fields[path];
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${path}`);
  return value;
}

/** The downward API: a request or limit of a container, in whole divisors. */
export function resourceOf(
  pod: Pod,
  own: Container | undefined,
  { containerName, resource, divisor = "1" }: ResourceFieldRef,
): string {
  const container = pod.spec.containers.find(({ name }) => name === containerName) ?? own;
  const [which, name = ""] = resource.split(".");
  const amount = parseQuantity(container?.resources?.[which === "limits" ? "limits" : "requests"]?.[name] ?? "0") ?? 0;
  const unit = parseQuantity(divisor) ?? 1;
  return String(Math.ceil(amount / (unit === 0 ? 1 : unit)));
}

function serviceVariables(store: Store, namespace: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { metadata, spec } of store.list(services, namespace)) {
    const [port] = spec.ports ?? [];
    if (port === undefined || spec.clusterIP === undefined || spec.clusterIP === "None") continue;
    const prefix = metadata.name.toUpperCase().replaceAll("-", "_");
    variables[`${prefix}_SERVICE_HOST`] = spec.clusterIP;
    variables[`${prefix}_SERVICE_PORT`] = String(port.port);
  }
  return variables;
}
