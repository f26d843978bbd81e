import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "#scripts/browser";
import { type RunningKepler, startKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";

let kepler: RunningKepler;
let browser: Browser;
let axe: string;

beforeAll(async () => {
  kepler = await startKepler();
  browser = await launchBrowser();
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await kepler?.stop();
});

/** What axe-core finds on this page, one line a finding; [] is what every page must give. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = Reflect.get(window, "axe") as {
      run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
    };
    const { violations } = await run.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}

/** A service made as the wizard does, without its clicks. */
async function createService({ page }: Person, name: string): Promise<void> {
  await page.evaluate(async (wanted) => {
    const read = async (path: string) => (await fetch(path)).json();
    const { rows: teams } = await read("/api/teams");
    const { rows: environments } = await read("/api/environments");
    const { rows: repositories } = await read("/api/repositories?q=node-hello");
    const mebibyte = 1024 ** 2;
    const input = {
      teamId: teams[0].id,
      environmentId: environments[0].id,
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
      },
    };
    const response = await fetch("/api/apps", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input),
    });
    if (!response.ok) throw new Error(await response.text());
  }, name);
}

const SERVICE = "payment-channel-unionpay-adapter-eu";
const PATHS = [
  "/",
  "/services",
  "/services/new",
  `/services/${SERVICE}`,
  `/services/${SERVICE}/builds`,
  `/services/${SERVICE}/releases`,
  `/services/${SERVICE}/logs`,
];

describe("every page", () => {
  it.each(["light", "dark"] as const)("has nothing that axe finds, in %s", async (theme) => {
    const person = await signIn(browser, kepler, { theme });
    if (theme === "light") {
      await createService(person, SERVICE);
      await person.page.goto(`${kepler.url}/services/${SERVICE}`);
      await person.page.getByText("It runs.").waitFor({ timeout: 90_000 });
    }
    const found: Record<string, string[]> = {};
    for (const path of PATHS) {
      await person.page.goto(`${kepler.url}${path}`, { waitUntil: "load" });
      await person.page.getByRole("main").first().waitFor();
      const lines = await findings(person.page);
      if (lines.length > 0) found[path] = lines;
    }
    await person.page.context().close();
    expect(found).toEqual({});
  });

  it("fits a phone: nothing scrolls sideways at 390 px", async () => {
    const { page } = await signIn(browser, kepler, { width: 390 });
    const tooWide: string[] = [];
    for (const path of PATHS) {
      await page.goto(`${kepler.url}${path}`, { waitUntil: "load" });
      await page.getByRole("main").first().waitFor();
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) tooWide.push(path);
    }
    await page.context().close();
    expect(tooWide).toEqual([]);
  });

  it("speaks Chinese to those who read it, in every word of the frame and the service", async () => {
    const { page } = await signIn(browser, kepler, { locale: "zh-CN" });
    await page.goto(`${kepler.url}/services/${SERVICE}`);
    await page.getByText("正在运行的内容").waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toMatch(/^zh/);
    await page.context().close();
  });

  it("shows people what their role allows, and says why a button is off", async () => {
    const { peoplePassword } = JSON.parse(await readFile(`${kepler.home}/secrets.json`, "utf8")) as {
      peoplePassword: string;
    };
    // Omar looks on in the team that owns it, Sam is in another (scripts/start/seed.ts).
    const omar = await signIn(browser, kepler, { username: "omar", password: peoplePassword });
    await omar.page.goto(`${kepler.url}/services/${SERVICE}`);
    await omar.page.getByTitle("Your role in this team may not do this").first().waitFor();
    await omar.page.goto(`${kepler.url}/services/new`);
    await omar.page.getByText("You may not see this").waitFor();
    await omar.page.context().close();

    const sam = await signIn(browser, kepler, { username: "sam", password: peoplePassword });
    await sam.page.goto(`${kepler.url}/services/${SERVICE}`);
    await sam.page.getByText("There is no such page, or you may not know that there is.").waitFor();
    await sam.page.context().close();
  });
});
