import "server-only";
import { type Gitlab } from "#lib/clients/gitlab/client";
import { createGitlab } from "#lib/clients/gitlab/create-gitlab";
import { env } from "#lib/platform/env";
import { Unavailable } from "#lib/platform/errors";

/** This installation's GitLab, for what web itself asks while a person types. Throws Unavailable when none is configured. */
export function connectedGitlab(): Gitlab {
  const { gitlab } = env();
  if (gitlab) return createGitlab(gitlab);
  throw new Unavailable("No GitLab is connected.", {
    system: "gitlab",
    next: "Ask an admin to set GITLAB_URL and GITLAB_TOKEN.",
  });
}

/** Base URL of the registry that images are pushed to. Throws Unavailable when none is configured. */
export function connectedRegistryUrl(): string {
  const { registry } = env();
  if (registry) return registry.url;
  throw new Unavailable("No image registry is connected.", {
    system: "registry",
    next: "Ask an admin to set REGISTRY_URL.",
  });
}
