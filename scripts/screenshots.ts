/**
 * `npm run screenshots -- [--url … --home …] [--only services,overview] [--themes light] [--locales zh] [--sizes phone]`:
 * pictures of every page and of each state that a person meets into screenshots/, light and dark, Chinese and English,
 * laptop and phone; with --axe also what axe-core finds. Without --url it starts the whole product in a home of its own.
 * Look at them before a page is called done (UI.md, "How it is judged").
 */
import { mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, type BrowserContext, type Page } from "playwright-core";
import { z } from "zod";
import { startProduct } from "./bench/product.ts";
import { type Session, signIn } from "./bench/session.ts";
import { launchBrowser } from "./browser.ts";
import { type Shot, type Words } from "./screenshots/shot.ts";
import { shotsOf } from "./screenshots/shots.ts";
import { setTheStage } from "./screenshots/stage.ts";

const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const option = (fallback: string) => ({ type: "string", default: fallback }) as const;
const { values } = parseArgs({
  options: {
    url: { type: "string" },
    home: option(".kepler"),
    out: option("screenshots"),
    only: { type: "string" },
    themes: option("light,dark"),
    locales: option("en,zh"),
    sizes: option("desk,phone"),
    axe: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
  },
});
type Look = { size: "desk" | "phone"; theme: "light" | "dark"; locale: "en" | "zh" };
let findings = 0;

async function main(): Promise<void> {
  if (values.url !== undefined) return picture(values.url, values.home);
  const home = await mkdtemp(join(tmpdir(), "kepler-screenshots-"));
  const product = await startProduct(home);
  try {
    await picture(product.url, home);
  } finally {
    await product.stop();
    await rm(home, { recursive: true, force: true });
  }
}

const secretsFile = z.object({
  admin: z.object({ username: z.string(), password: z.string() }),
  peoplePassword: z.string(),
});
const sandboxFile = z.object({ gitlab: z.object({ url: z.string(), token: z.string() }) });

async function picture(url: string, home: string): Promise<void> {
  const { admin, peoplePassword } = secretsFile.parse(readJson(join(home, "secrets.json")));
  const { gitlab } = sandboxFile.parse(readJson(join(home, "sandbox.json")));
  const session = await signIn({ url, admin });
  const omar = await signIn({ url, admin: { username: "omar", password: peoplePassword } });
  const all = shotsOf(await setTheStage(session, gitlab));
  const only = values.only?.split(",");
  const shots = only ? all.filter(({ name }) => only.includes(name)) : all;
  const cookies = { admin: session.cookie, omar: omar.cookie, nobody: "" };
  mkdirSync(values.out, { recursive: true });
  const browser = await launchBrowser();
  try {
    for (const look of looks()) {
      await discardDrafts(session);
      for (const shot of shots) {
        const context = await contextFor(browser, url, look, cookies[shot.as ?? "admin"]);
        await take(context, shot, wordsOf(look.locale), `${shot.name}-${look.size}-${look.theme}-${look.locale}`);
        await context.close();
      }
    }
  } finally {
    await browser.close();
  }
  if (findings > 0) process.exitCode = 1;
}

/** What the wizard's pictures left behind would fill the overview's. */
async function discardDrafts(session: Session): Promise<void> {
  const { rows } = await session.get("/api/drafts", z.object({ rows: z.array(z.object({ id: z.string() })) }));
  for (const { id } of rows) await session.fetch(`/api/drafts/${id}`, { method: "DELETE" });
}

function looks(): Look[] {
  const chosen = <T extends string>(list: string, known: readonly T[]): T[] =>
    known.filter((value) => list.split(",").includes(value));
  return chosen(values.sizes, ["desk", "phone"] as const).flatMap((size) =>
    chosen(values.themes, ["light", "dark"] as const).flatMap((theme) =>
      chosen(values.locales, ["en", "zh"] as const).map((locale) => ({ size, theme, locale })),
    ),
  );
}

async function contextFor(browser: Browser, url: string, { size, theme, locale }: Look, cookie: string) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[size],
    colorScheme: theme,
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const pairs = cookie
    .split("; ")
    .filter(Boolean)
    .map((pair) => ({ name: pair.slice(0, pair.indexOf("=")), value: pair.slice(pair.indexOf("=") + 1), url }));
  await context.addCookies([...pairs, { name: "kepler-locale", value: locale, url }]);
  return context;
}

async function take(context: BrowserContext, shot: Shot, words: Words, name: string): Promise<void> {
  const page = await context.newPage();
  page.on("console", (message) => {
    const expected = ["not-found", "sign-in-wrong", "forbidden", "create-2-errors"].includes(shot.name);
    if (message.type() === "error" && !expected) report(name, `console: ${message.text().slice(0, 400)}`);
  });
  page.on("pageerror", (error) => report(name, `error: ${error.message.slice(0, 400)}`));
  await page.goto(shot.path, { waitUntil: "load", timeout: 90_000 });
  await page.waitForFunction(() => document.fonts.status === "loaded");
  try {
    await shot.prepare?.(page, words);
  } catch (error) {
    report(name, `not prepared: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`);
  }
  // Islands fetch after the first paint; the event stream never ends, so "network idle" would not come.
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: values.full });
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  if (sideways) report(name, "scrolls sideways");
  if (values.axe) await runAxe(page, name);
  console.log(name);
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

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

const message: z.ZodType<unknown> = z.record(z.string(), z.unknown());

/** words("service.actions.scale") from lib/platform/i18n/messages/<locale>/service.json. */
function wordsOf(locale: Look["locale"]): Words {
  return (key) => {
    const [file, ...path] = key.split(".");
    const folder = new URL(`../lib/platform/i18n/messages/${locale}/`, import.meta.url);
    const found = path.reduce<unknown>(
      (part, name) => (message.safeParse(part).success ? Reflect.get(part as object, name) : undefined),
      readJson(new URL(`${file}.json`, folder).pathname),
    );
    return z.string({ error: `no message ${key}` }).parse(found);
  };
}

await main();
