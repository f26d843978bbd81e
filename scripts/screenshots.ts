/**
 * `npm run screenshots -- [--url …] [--home .kepler] [--only services,overview] [--themes light] [--locales zh] [--sizes phone]`:
 * pictures of every page of a running Kepler into screenshots/, light and dark, Chinese and English, laptop and phone;
 * with --axe also what axe-core finds. Look at them before a page is called done (UI.md, "How it is judged").
 */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BrowserContext, type Page } from "playwright-core";
import { z } from "zod";
import { launchBrowser } from "./browser.ts";

const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const option = (fallback: string) => ({ type: "string", default: fallback }) as const;
const { values } = parseArgs({
  options: {
    url: option("http://127.0.0.1:3000"),
    home: option(".kepler"),
    out: option("screenshots"),
    user: { type: "string" },
    only: { type: "string" },
    themes: option("light,dark"),
    locales: option("en,zh"),
    sizes: option("desk,phone"),
    axe: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
  },
});
const secrets = z
  .object({ admin: z.object({ username: z.string(), password: z.string() }), peoplePassword: z.string() })
  .parse(JSON.parse(readFileSync(join(values.home, "secrets.json"), "utf8")));

type Shot = { name: string; path: string; prepare?: (page: Page) => Promise<void> };
let findings = 0;

async function main(): Promise<void> {
  mkdirSync(values.out, { recursive: true });
  const browser = await launchBrowser();
  try {
    const cookies = await signIn(await browser.newContext());
    for (const size of chosen(values.sizes, ["desk", "phone"] as const)) {
      for (const theme of chosen(values.themes, ["light", "dark"] as const)) {
        for (const locale of chosen(values.locales, ["en", "zh"] as const)) {
          const context = await browser.newContext({
            baseURL: values.url,
            viewport: SIZES[size],
            colorScheme: theme,
            timezoneId: "Asia/Shanghai",
          });
          await context.addCookies([...cookies, { name: "kepler-locale", value: locale, url: values.url }]);
          for (const shot of await shots(context)) await take(context, shot, `${shot.name}-${size}-${theme}-${locale}`);
          await context.close();
        }
      }
    }
  } finally {
    await browser.close();
  }
  if (findings > 0) process.exitCode = 1;
}

const chosen = <T extends string>(list: string, known: readonly T[]): T[] =>
  known.filter((value) => list.split(",").includes(value));

async function signIn(context: BrowserContext) {
  const page = await context.newPage();
  await page.goto(`${values.url}/sign-in`, { timeout: 90_000 });
  await page.locator("input[name=username]").fill(values.user ?? secrets.admin.username);
  await page.locator("input[name=password]").fill(values.user ? secrets.peoplePassword : secrets.admin.password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in", { timeout: 60_000 });
  const cookies = await context.cookies();
  await context.close();
  return cookies.filter(({ name }) => name.endsWith("kepler-session"));
}

/** The fixed pages, and those of the first service, build and release that there is. */
async function shots(context: BrowserContext): Promise<Shot[]> {
  const all: Shot[] = [
    { name: "overview", path: "/" },
    { name: "services", path: "/services" },
    { name: "services-none-fit", path: "/services?q=no-such-service" },
    { name: "palette", path: "/services", prepare: (page) => page.keyboard.press("Control+k") },
    { name: "create", path: "/services/new" },
    { name: "not-found", path: "/no-such-page" },
    ...(await serviceShots(context)),
  ];
  const only = values.only?.split(",");
  return only ? all.filter(({ name }) => only.includes(name)) : all;
}

const named = z.object({ rows: z.array(z.object({ id: z.string(), name: z.string() }).partial()) });

async function serviceShots(context: BrowserContext): Promise<Shot[]> {
  const first = async (path: string) => named.parse(await (await context.request.get(path)).json()).rows[0];
  const app = (await first("/api/apps?pageSize=1"))?.name;
  if (app === undefined) return [];
  const [build, release] = await Promise.all([first(`/api/apps/${app}/builds`), first(`/api/apps/${app}/releases`)]);
  const tabs = ["", "/builds", "/releases", "/logs"];
  const shots = tabs.map((tab) => ({ name: `service${tab.replace("/", "-")}`, path: `/services/${app}${tab}` }));
  if (build?.id) shots.push({ name: "build", path: `/services/${app}/builds/${build.id}` });
  if (release?.id) shots.push({ name: "release", path: `/services/${app}/releases/${release.id}` });
  return shots;
}

async function take(context: BrowserContext, shot: Shot, name: string): Promise<void> {
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && shot.name !== "not-found")
      report(name, `console: ${message.text().slice(0, 400)}`);
  });
  page.on("pageerror", (error) => report(name, `error: ${error.message.slice(0, 400)}`));
  await page.goto(shot.path, { waitUntil: "load", timeout: 90_000 });
  await page.waitForFunction(() => document.fonts.status === "loaded");
  await shot.prepare?.(page);
  // Islands fetch after the first paint; the event stream never ends, so "network idle" would not come.
  await page.waitForTimeout(1200);
  await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: values.full });
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  if (sideways) report(name, "scrolls sideways");
  if (values.axe) await runAxe(page, name);
  console.log(name);
  await page.close();
}

const axeResult = z.array(
  z.object({
    id: z.string(),
    help: z.string(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

async function runAxe(page: Page, name: string): Promise<void> {
  // Straight into the page: a script element would meet our own Content-Security-Policy.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const violations = axeResult.parse(await page.evaluate("axe.run().then((result) => result.violations)"));
  for (const { id, help, nodes } of violations) {
    for (const node of nodes.slice(0, 3))
      report(name, `axe ${id}: ${help}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary ?? ""}`);
  }
}

function report(name: string, text: string): void {
  findings += 1;
  console.log(`! ${name}: ${text}`);
}

await main();
