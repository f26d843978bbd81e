import { type AppSettingsInput } from "#lib/apps/spec-schema";
import { type Person } from "#tests/world/person";

/** A service made as the wizard does, without its clicks. */
export async function createByApi(
  { page }: Person,
  name: string,
  settings: Partial<AppSettingsInput> = {},
): Promise<void> {
  await page.evaluate(
    async ({ name: wanted, settings: given }) => {
      const read = async (path: string) => (await fetch(path)).json();
      const { rows: teams } = await read("/api/teams");
      const { rows: environments } = await read("/api/environments");
      const { rows: repositories } = await read("/api/repositories?q=node-hello");
      const mebibyte = 1024 ** 2;
      const input = {
        teamId: teams[0].id,
        environmentId: environments[0]?.id,
        name: wanted,
        displayName: "一个名字很长的示例服务，用来检查截断",
        gitlabProjectId: repositories[0].id,
        ref: "main",
        refKind: "branch",
        language: "nodejs",
        dockerfilePath: "Dockerfile",
        buildStrategy: "dockerfile",
        buildOnPush: true,
        draftId: null,
        idempotencyKey: crypto.randomUUID(),
        settings: {
          schemaVersion: 1,
          replicas: 1,
          resources: {
            cpuRequestMillis: 100,
            cpuLimitMillis: 200,
            memoryRequestBytes: 64 * mebibyte,
            memoryLimitBytes: 128 * mebibyte,
          },
          ports: [{ name: "http", port: 8080, protocol: "http" }],
          command: [],
          args: [],
          env: [],
          readinessProbe: null,
          meshMode: "normal",
          exposure: null,
          strategy: {
            maxSurge: 1,
            maxUnavailable: 0,
            minReadySeconds: 0,
            progressDeadlineSeconds: 300,
            drainSeconds: 0,
            terminationGracePeriodSeconds: 10,
          },
          restartedAt: null,
          ...given,
        },
      };
      const response = await fetch("/api/apps", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(input),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    { name, settings },
  );
}
