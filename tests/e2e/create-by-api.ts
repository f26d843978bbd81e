import { randomUUID } from "node:crypto";
import { type AppSettingsInput, DEFAULT_STRATEGY } from "#lib/apps/spec-schema";
import { type Person } from "#tests/world/person";
import { PLAIN_SETTINGS, PLAIN_SOURCE } from "#tests/world/plain-settings";

/** Quicker to replace than the usual. */
const HASTY = { ...DEFAULT_STRATEGY, minReadySeconds: 0, drainSeconds: 0, terminationGracePeriodSeconds: 10 };

/** A service made as the wizard does, without its clicks. */
export async function createByApi(
  { page }: Person,
  name: string,
  settings: Partial<AppSettingsInput> = {},
): Promise<void> {
  const wanted = {
    ...PLAIN_SOURCE,
    name,
    displayName: "一个名字很长的示例服务，用来检查截断",
    idempotencyKey: randomUUID(),
    settings: { ...PLAIN_SETTINGS, strategy: HASTY, ...settings },
  };
  await page.evaluate(async (input) => {
    const first = async (path: string) => (await (await fetch(path)).json()).rows[0].id;
    const teamId = await first("/api/teams");
    const environmentId = await first("/api/environments");
    const gitlabProjectId = await first("/api/repositories?q=node-hello");
    const response = await fetch("/api/apps", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...input, teamId, environmentId, gitlabProjectId }),
    });
    if (!response.ok) throw new Error(await response.text());
  }, wanted);
}
