import { appName } from "./spec-schema.ts";

/** Names that would read as something else in a URL or beside Kepler's own objects. */
const RESERVED: ReadonlySet<string> = new Set(["new", "import", "api", "kepler", "kubernetes", "default", "www"]);

/** The Service that names a stateful app's pods ends so: no app may be called like another one's. */
export const HEADLESS_SUFFIX = "-headless";
/** And what a release is tried with beside the app. */
export const CANARY_SUFFIX = "-canary";
const TAKEN_SUFFIXES = [HEADLESS_SUFFIX, CANARY_SUFFIX];

/** Why a service may not have this name, as a message key; null when it may. Says nothing about names that are taken. */
export function nameProblem(name: string): "name.dns-label" | "name.reserved" | null {
  if (!appName.safeParse(name).success) return "name.dns-label";
  return RESERVED.has(name) || TAKEN_SUFFIXES.some((suffix) => name.endsWith(suffix)) ? "name.reserved" : null;
}

/** The Jenkins job of an app. Deterministic, so that a crash in between finds it again. */
export const jenkinsJobName = (app: string): string => `kepler-${app}`;

/** "host[:port]/app": where an app's images are pushed. `registryUrl` is the registry's base URL. */
export const imageRepositoryFor = (registryUrl: string, app: string): string => `${new URL(registryUrl).host}/${app}`;

/** The repository's name inside its registry: "127.0.0.1:5000/team/shop" → "team/shop". */
export const repositoryWithinRegistry = (imageRepository: string): string =>
  imageRepository.slice(imageRepository.indexOf("/") + 1);

/** Commit first, so that a person can read it; number last, so that two builds of a commit stay apart. */
export const imageTagFor = (commitSha: string, buildNumber: number): string =>
  `${commitSha.slice(0, 8)}-${buildNumber}`;

/** Where GitLab delivers an app's pushes; also the natural key of its hook. */
export const hookUrlFor = (keplerUrl: string, appId: string): string =>
  new URL(`/api/webhooks/gitlab/${appId}`, keplerUrl).href;

/** Where Jenkins says that a build has ended. */
export const callbackUrlFor = (keplerUrl: string, buildId: string): string =>
  new URL(`/api/callbacks/jenkins/${buildId}`, keplerUrl).href;
