import { z } from "zod";

/** DNS label, RFC 1123: names of apps, ports and Kubernetes objects. 63 minus room for suffixes such as a pod's hash. */
export const appName = z
  .string()
  .min(2)
  .max(40)
  .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, "name.dns-label");

/** A DNS label of any length that Kubernetes takes (RFC 1123, 63 characters). */
export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "name.dns-label");

/** A DNS subdomain, RFC 1123: hosts, storage classes, claims. */
export const dnsName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "host.dns-name");

/** A host that routes may name: one by itself, or "*." and a name for every host one label below it (KEP-1453). */
export const routeHost = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/, "host.route");

export const isWildcard = (host: string): boolean => host.startsWith("*.");
/** A host by which a route can be asked for: of a wildcard's, one that nobody will have given a route of its own. */
export const hostToAsk = (host: string): string => (isWildcard(host) ? `kepler-asks${host.slice(1)}` : host);

export const portNumber = z.number().int().min(1).max(65_535);

const MEBIBYTE = 1024 ** 2;
const TEBIBYTE = 1024 ** 4;
/** Room on a disk or in memory, in bytes. */
export const volumeBytes = z
  .number()
  .int()
  .min(MEBIBYTE)
  .max(64 * TEBIBYTE);

/** An absolute path inside a container, without "..", a trailing slash or a colon (Kubernetes, VolumeMount.mountPath). */
export const containerPath = z
  .string()
  .max(512)
  .regex(/^(\/(?!\.{1,2}(\/|$))[^/:\s]+)+$/, "path.absolute");

/** A path below another one: neither absolute nor with ".." (Kubernetes, VolumeMount.subPath). */
export const relativePath = z
  .string()
  .max(512)
  .regex(/^(?!\.{1,2}(\/|$))[^/\s]+(\/(?!\.{1,2}(\/|$))[^/\s]+)*$/, "path.relative");

/** "[prefix/]name" of a label or annotation (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set). */
export const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    "label.key",
  );
export const labelValue = z.string().regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, "label.value");

/** Of an address's query. */
export const parameterName = z
  .string()
  .max(128)
  .regex(/^[^\s&=#?]+$/, "query.name");
