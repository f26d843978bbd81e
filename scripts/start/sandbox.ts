import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Output, startChild, stopChild, untilSays } from "./child.ts";
import { type Settings } from "./settings.ts";
import { type Running } from "./supervise.ts";

const sandboxFile = z.object({
  gitlab: z.object({ url: z.string(), token: z.string() }).optional(),
  jenkins: z.object({ url: z.string(), user: z.string(), token: z.string() }).optional(),
  registry: z.object({ url: z.string(), user: z.string(), token: z.string() }).optional(),
  kubernetes: z.object({ url: z.string(), token: z.string(), kubeconfig: z.string() }).optional(),
  prometheus: z.object({ url: z.string() }).optional(),
});

/** Starts the systems that are not configured; resolves when all of them listen. */
export async function startSandbox(settings: Settings, env: NodeJS.ProcessEnv, output: Output): Promise<Running> {
  const child = startChild(
    {
      name: "sandbox",
      args: ["sandbox/main.ts"],
      env: { ...env, KEPLER_HOME: settings.home, KEPLER_SANDBOX: settings.sandbox.join(",") },
    },
    output,
  );
  await untilSays(child, "the sandbox", '"sandbox":"ready"');
  return { ended: child.ended, stop: () => stopChild(child) };
}

/** The addresses and tokens of the sandbox's systems, as the variables that would name real ones. */
export function sandboxVariables(settings: Settings): Record<string, string> {
  if (settings.sandbox.length === 0) return {};
  const file = sandboxFile.parse(JSON.parse(readFileSync(join(settings.home, "sandbox.json"), "utf8")));
  return {
    ...(file.gitlab && { GITLAB_URL: file.gitlab.url, GITLAB_TOKEN: file.gitlab.token }),
    ...(file.jenkins && {
      JENKINS_URL: file.jenkins.url,
      JENKINS_USER: file.jenkins.user,
      JENKINS_TOKEN: file.jenkins.token,
    }),
    ...(file.registry && {
      REGISTRY_URL: file.registry.url,
      REGISTRY_USER: file.registry.user,
      REGISTRY_TOKEN: file.registry.token,
    }),
    ...(file.kubernetes && { KUBECONFIG: file.kubernetes.kubeconfig }),
    ...(file.prometheus && { PROMETHEUS_URL: file.prometheus.url }),
  };
}
