import type { useTranslations } from "use-intl";

type T = ReturnType<typeof useTranslations<"releases">>;

/**
 * Parts of lines that spec-diff-rules.ts makes of several values, each with a message under `releases.phrase`: what its
 * groups hold is said in it. Names, paths and figures stay as they are.
 */
const PHRASES: Record<string, Record<string, RegExp>> = {
  volume: {
    disk: /^disk$/,
    memory: /^memory$/,
    // What begins with a slash is the place of a volume that is called so.
    claim: /^claim (?<name>[^/\s]\S*)$/,
    path: /^path (?<path>[^/\s].*)$/,
    readOnly: /^read-only$/,
    storageClass: /^class (?<name>[^/\s]\S*)$/,
  },
  spread: {
    nodes: /^nodes ±(?<skew>\d+)$/,
    nodesStrict: /^nodes ±(?<skew>\d+) \(strict\)$/,
    zones: /^zones ±(?<skew>\d+)$/,
    zonesStrict: /^zones ±(?<skew>\d+) \(strict\)$/,
  },
  route: {
    prefix: /^\(prefix\) → (?<port>\d+)$/,
    exact: /^\(exact\) → (?<port>\d+)$/,
  },
  caller: {
    service: /^(?<name>\S+) \(service\)$/,
    gateway: /^gateway \(istio\)$/,
    namespace: /^(?<name>\S+) \(namespace\)$/,
    nobody: /^nobody \(at all\)$/,
  },
  external: {
    tls: /^(?<place>\S+ |)http (?<ports>\d+(?: → \d+)?) TLS$/,
    timeout: /^timeout (?<ms>\d+) ms$/,
    retries: /^(?<attempts>\d+) retries on (?<on>\S+)$/,
    each: /^each (?<ms>\d+) ms$/,
  },
  traffic: {
    timeout: /^timeout (?<ms>\d+) ms$/,
    retries: /^(?<attempts>\d+) retries on (?<on>\S+)$/,
    each: /^each (?<ms>\d+) ms$/,
    credentials: /^(?<rules>CORS .*) \+credentials$/,
  },
};

/** "shop.test/api timeout 500 ms": the first part of a route's line begins with the route. */
const PLACE = /^(\S+\/\S* )(.+)$/;

/** A line of several values as people read it. */
export function phrased(t: T, field: string, line: string): string {
  const forms = Object.entries(PHRASES[field] ?? {});
  if (forms.length === 0) return line;
  return line
    .split(", ")
    .map((part) => {
      const [, place = "", rest = part] = PLACE.exec(part) ?? [];
      for (const [name, form] of forms) {
        const found = form.exec(rest);
        const key = `phrase.${field}.${name}` as Parameters<T["has"]>[0];
        if (found && t.has(key)) return `${place}${t(key as Parameters<T>[0], found.groups)}`;
      }
      return part;
    })
    .join(", ");
}
