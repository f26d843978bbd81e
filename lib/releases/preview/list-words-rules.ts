import { printBytes } from "#lib/apps/quantity-rules";
import { type ExternalHost } from "#lib/apps/spec/egress-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { contentHash } from "../manifests/content-hash.ts";

// Elements of a Spec's lists, each in a line: what stands before the first "=" or space names the element.

/** "pay (service)", "gateway (istio)", "kepler-test (namespace)"; "nobody (at all)" where they are limited to none. */
export function callerWords(callers: NonNullable<AppSpec["access"]>["callers"]): string[] {
  if (callers === null) return [];
  const { services, gateway, namespaces } = callers;
  const words = [
    ...services.map((name) => `${name} (service)`),
    ...(gateway ? ["gateway (istio)"] : []),
    ...namespaces.map((name) => `${name} (namespace)`),
  ];
  return words.length > 0 ? words : ["nobody (at all)"];
}

/** "api.bank.example http 80 → 443 TLS, 192.0.2.7, timeout 500 ms": the ports of a host outside, where it is, and how it is called. */
export function externalWords({ name, ports, addresses, timeoutMs, retries }: ExternalHost): string {
  const parts = [
    ...ports.map(({ port, protocol, targetPort, originateTls }) =>
      [`${protocol} ${port}`, targetPort !== null && `→ ${targetPort}`, originateTls && "TLS"]
        .filter(Boolean)
        .join(" "),
    ),
    ...addresses,
    ...callWords({ timeoutMs, retries }),
  ];
  return `${name} ${parts.join(", ")}`;
}

/** How long an answer may take, and when it is asked for again. */
const callWords = ({ timeoutMs, retries }: Pick<ExternalHost, "timeoutMs" | "retries">): string[] => [
  ...(timeoutMs === null ? [] : [`timeout ${timeoutMs} ms`]),
  ...(retries === null
    ? []
    : [
        `${retries.attempts} retries on ${retries.on.join("|")}${retries.perTryTimeoutMs === null ? "" : `, each ${retries.perTryTimeoutMs} ms`}`,
      ]),
];

/** The content itself may be long; its size and a short name for it tell versions apart. */
export function fileWords({ path, mode, content }: AppSpec["files"][number]): string {
  return `${path} ${mode}, ${new TextEncoder().encode(content).length} B, ${contentHash(content)}`;
}

/** "shop.test/api: GET, x-canary=yes, timeout 500 ms": what a route asks beside the path, and does on the way. */
export function trafficWords({ host, path, traffic }: NonNullable<AppSpec["exposure"]>["routes"][number]): string[] {
  if (traffic === undefined) return [];
  const {
    methods,
    headers,
    query,
    pathRegex,
    timeoutMs,
    retries,
    rewritePath,
    redirect,
    rateLimit,
    headerEdits,
    fault,
    mirror,
    cors,
  } = traffic;
  const signs = { exact: "=", prefix: "=^", regex: "=~" };
  const parts = [
    pathRegex === null ? "" : `/~${pathRegex}`,
    methods.join("|"),
    ...headers.map(({ name, match, value }) => `${name}${signs[match]}${value}`),
    ...query.map(({ name, match, value }) => `?${name}${signs[match]}${value}`),
    ...callWords({ timeoutMs, retries }),
    rewritePath === null ? "" : `→ ${rewritePath}`,
    rateLimit && `${rateLimit.requests}/${rateLimit.per} (burst ${rateLimit.burst})`,
    redirect && `${redirect.status} → ${redirect.scheme ?? "*"}://${redirect.host ?? "*"}${redirect.path ?? "/*"}`,
    ...headerEdits.map(({ side, action, name, value }) => `${side} ${action} ${name}${value && `=${value}`}`),
    fault?.delay && `${fault.delay.percent} % +${fault.delay.ms} ms`,
    fault?.abort && `${fault.abort.percent} % → ${fault.abort.status}`,
    mirror && `${mirror.percent} % ⇉ ${mirror.service}:${mirror.port}`,
    cors &&
      `CORS ${cors.origins.join("|")} ${cors.methods.join("|")} ${cors.headers.join("|")} ${cors.maxAgeSeconds} s${cors.credentials ? " +credentials" : ""}`,
  ];
  return [`${host}${path} ${parts.filter(Boolean).join(", ") || "–"}`];
}

/** "web v4 → /etc/web": the set, its version, and what pods get of it. */
export function configWords(each: AppSpec["config"][number]): string {
  const set = `${each.name} v${each.version}`;
  switch (each.use) {
    case "variables":
      return `${set} → ${each.prefix}*`;
    case "variable":
      return `${set} → ${each.variable} (${each.key})`;
    case "files":
      return `${set} → ${each.mountPath}${each.key === null ? "/*" : ` (${each.key})`}`;
  }
}

export function volumeWords(volume: AppSpec["volumes"][number]): string {
  const words = (parts: (string | null)[]) => parts.filter((part) => part !== null).join(", ");
  const place = `${volume.name} ${volume.mountPath}`;
  switch (volume.type) {
    case "empty":
      return words([place, volume.medium, volume.sizeLimitBytes === null ? null : printBytes(volume.sizeLimitBytes)]);
    case "claim":
      return words([
        place,
        `claim ${volume.claimName}`,
        volume.subPath === null ? null : `path ${volume.subPath}`,
        volume.readOnly ? "read-only" : null,
      ]);
    case "template":
      return words([
        place,
        printBytes(volume.sizeBytes),
        volume.storageClass === null ? null : `class ${volume.storageClass}`,
      ]);
  }
}

export function tolerationWords({ key, operator, value, effect }: AppSpec["placement"]["tolerations"][number]): string {
  const what = operator === "equal" ? `${key}=${value}` : key || "*";
  return effect === null ? what : `${what} ${effect}`;
}
