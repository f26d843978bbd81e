import { withoutPort } from "#lib/apps/spec/domain-rules";
import { isWildcard } from "#lib/apps/spec/names-schema";
import { isSecure } from "#lib/apps/spec/tls-rules";
import { type AppSettings, type AppSpec } from "#lib/apps/spec-schema";

const portOf = (domain: string): string => /:\d+$/.exec(domain)?.[0] ?? "";

/** Settings of one environment for another: hosts under the old domain move under the new one, others stay as they are. */
export function moveHosts(settings: AppSettings, from: string, to: string): AppSettings {
  const [old, fresh] = [`.${withoutPort(from)}`, `.${withoutPort(to)}`];
  if (!settings.exposure || old === fresh) return settings;
  const routes = settings.exposure.routes.map((route) =>
    route.host.endsWith(old) ? { ...route, host: route.host.slice(0, -old.length) + fresh } : route,
  );
  return { ...settings, exposure: { ...settings.exposure, routes } };
}

/** Absolute addresses of an app's routes, also those of wildcards; empty when it is not exposed. */
export function addressesOf(spec: Pick<AppSpec, "exposure">, domain: string): string[] {
  const { exposure } = spec;
  const urls = exposure?.routes.map(
    ({ host, path }) => `${isSecure(exposure, host) ? "https" : "http"}://${host}${portOf(domain)}${path}`,
  );
  return [...new Set(urls)];
}

/** Can an address be opened as it is? A wildcard's stands for many. */
export const isOpenable = (url: string): boolean => !isWildcard(url.replace(/^https?:\/\//, ""));

/** Those under which an app is reached from outside. */
export const urlsOf = (spec: Pick<AppSpec, "exposure">, domain: string): string[] =>
  addressesOf(spec, domain).filter(isOpenable);
