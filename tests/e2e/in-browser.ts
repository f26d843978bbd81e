import { type Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type AppSettingsInput } from "#lib/apps/spec-schema";
import { launchBrowser } from "#scripts/browser";
import { type RunningKepler, startKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";
import { createByApi } from "./create-by-api.ts";
import { evidenceOf } from "./evidence.ts";

const RUNNING_WITHIN_MS = 90_000;

/** The whole product, a browser, and an admin who is signed in: what every story begins with. */
export type Stage = { kepler: RunningKepler; browser: Browser; person: Person };

/** Sets the stage before a file's tests and clears it after them; `prepare` is the story's own beginning. */
export function inBrowser(prepare: (stage: Stage) => Promise<void> | void): void {
  const begun: Partial<Stage> = {};
  beforeAll(async () => {
    const kepler = (begun.kepler = await startKepler());
    const browser = (begun.browser = await launchBrowser());
    await prepare({ kepler, browser, person: await signIn(browser, kepler) });
  }, 300_000);
  afterEach(async ({ task }) => {
    const { browser, kepler } = begun;
    if (task.result?.state === "fail" && browser && kepler)
      process.stderr.write(`${await evidenceOf(browser, kepler)}\n`);
  });
  afterAll(async () => {
    await begun.browser?.close();
    await begun.kepler?.stop();
  });
}

/** A service that runs, with its page open. */
export async function runService(
  { kepler, person }: Stage,
  name: string,
  settings: Partial<AppSettingsInput> = {},
): Promise<void> {
  await createByApi(person, name, settings);
  await person.page.goto(`${kepler.url}/services/${name}`);
  await person.page.getByText("It runs.").waitFor({ timeout: RUNNING_WITHIN_MS });
}
