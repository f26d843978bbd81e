import { readFile } from "node:fs/promises";
import { type Browser, type Locator, type Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { makeDeployment } from "#tests/world/found-deployment";
import { type RunningKepler } from "#tests/world/kepler";
import { signIn } from "#tests/world/person";
import { axeFindings } from "./axe-findings.ts";
import { createByApi } from "./create-by-api.ts";
import { inBrowser, runService } from "./in-browser.ts";
import { overflow } from "./overflow.ts";
import { detailsOf, dialogs, FAILING, FOUND, pages, SERVICE, type View } from "./views.ts";

/** Some sixty views, beside whatever else the machine does. */
const LOOK_AT_ALL_WITHIN_MS = 480_000;

let kepler: RunningKepler;
let browser: Browser;
let views: Record<string, View>;

inBrowser(async (stage) => {
  ({ kepler, browser } = stage);
  const { person } = stage;
  await createByApi(person, FAILING, { command: ["node", "-e", "process.exit(7)"] });
  await runService(stage, SERVICE);
  const systems = { kubernetes: kepler.sandbox("kubernetes"), registry: kepler.sandbox("registry") };
  await makeDeployment(systems, { name: FOUND, replicas: 1, cmd: ["sleep", "infinity"], probed: false });
  views = { ...pages, ...dialogs, ...(await detailsOf(person.page)) };
  await person.page.context().close();
});

/** What `look` makes of every view, by name; views of which it makes nothing are left out. */
async function lookAtAll(page: Page, look: (page: Page) => Promise<string[]>): Promise<Record<string, string[]>> {
  const seen: Record<string, string[]> = {};
  for (const [name, { path, open }] of Object.entries(views)) {
    await page.goto(`${kepler.url}${path}`, { waitUntil: "load" });
    await page.getByRole("main").first().waitFor();
    await open?.(page);
    const lines = await look(page);
    if (lines.length > 0) seen[name] = lines;
  }
  return seen;
}

/** What axe finds, also once the person's system has become dark: the page follows it where it stands. */
async function axeInBothThemes(page: Page): Promise<string[]> {
  const light = await axeFindings(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("html[data-mantine-color-scheme=dark]").waitFor({ state: "attached" });
  const dark = await axeFindings(page);
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark.map((finding) => `in dark: ${finding}`)];
}

/** Keeps the page's scripts back until what is returned is called. */
async function holdScripts(page: Page): Promise<() => void> {
  const released = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", async (route) => {
    await released.promise;
    await route.continue();
  });
  return released.resolve;
}

describe("every page and dialog", () => {
  const timeout = LOOK_AT_ALL_WITHIN_MS;

  it("has nothing that axe finds, in light and in dark, and keeps within its window at 1440 px", {
    timeout,
  }, async () => {
    const { page } = await signIn(browser, kepler, { width: 1440 });
    const look = async () => [...(await overflow(page)), ...(await axeInBothThemes(page))];
    expect(await lookAtAll(page, look)).toEqual({});
    await page.context().close();
  });

  it("keeps within its window and its dialog at 390 px", { timeout }, async () => {
    const { page } = await signIn(browser, kepler, { width: 390 });
    expect(await lookAtAll(page, overflow)).toEqual({});
    await page.context().close();
  });

  it("is reached from the keyboard alone: what was typed, found and shown first is where Enter goes", async () => {
    const { page } = await signIn(browser, kepler);
    await page.goto(`${kepler.url}/gateways`);
    await page.getByRole("heading", { name: "Gateways" }).waitFor();
    await page.keyboard.press("Control+k");
    const found = page.getByRole("dialog").locator("[data-action]");
    await found.filter({ hasText: SERVICE }).waitFor();
    await page.keyboard.type(SERVICE);
    await expect.poll(() => found.allInnerTexts()).toHaveLength(1);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/services/${SERVICE}`);
    await page.context().close();
  });

  it("keeps Ctrl+K that comes before the page's scripts, and says in the palette when services cannot be read", async () => {
    const { page } = await signIn(browser, kepler);
    const release = await holdScripts(page);
    const services = "**/api/apps?*";
    await page.route(services, (route) => route.abort("connectionrefused"));
    await page.goto(`${kepler.url}/gateways`, { waitUntil: "commit" });
    await page.getByRole("heading", { name: "Gateways" }).waitFor();
    await page.keyboard.press("Control+k");
    release();
    const again = page
      .getByRole("dialog")
      .getByRole("button", { name: /Kepler cannot be reached from here.*Try again/s });
    await again.waitFor();
    await page.unroute(services);
    await again.click();
    await page.getByRole("dialog").getByText(SERVICE).waitFor();
    await page.context().close();
  });

  it("begins a dialog at its first field, or at Cancel where it only asks, and gives focus back to what opened it", async () => {
    const { page } = await signIn(browser, kepler);
    const hasFocus = (element: Locator) => element.evaluate((one) => one === document.activeElement);
    const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true }).first();
    const inDialog = page.getByRole("dialog");
    await page.goto(`${kepler.url}/services/${SERVICE}`);
    await page.locator("button:not([aria-disabled=true])", { hasText: /^Scale$/ }).waitFor();
    const ways: { opener: Locator; item?: string; begins: Locator }[] = [
      { opener: button("Scale"), begins: inDialog.getByLabel("Replicas") },
      { opener: button("Build"), begins: inDialog.getByRole("textbox").first() },
      {
        opener: button("More actions"),
        item: "CPU and memory…",
        begins: inDialog.getByRole("radio", { checked: true }),
      },
      { opener: button("More actions"), item: "Restart…", begins: inDialog.getByRole("textbox").first() },
      { opener: button("More actions"), item: "Retire…", begins: inDialog.locator("input").first() },
      { opener: button(/^More for/), item: "Delete pod…", begins: inDialog.getByRole("button", { name: "Cancel" }) },
    ];
    for (const { opener, item, begins } of ways) {
      await opener.press("Enter");
      if (item !== undefined) await page.getByRole("menuitem", { name: item }).press("Enter");
      await begins.waitFor();
      await expect.poll(() => hasFocus(begins), { message: item }).toBe(true);
      await page.keyboard.press("Escape");
      await inDialog.waitFor({ state: "detached" });
      await expect.poll(() => hasFocus(opener), { message: item }).toBe(true);
    }
    await page.context().close();
  });

  it("speaks Chinese to those who read it, in every word of the frame and the service", async () => {
    // Dark from the first paint on: every other page here has become it.
    const { page } = await signIn(browser, kepler, { locale: "zh-CN", theme: "dark" });
    await page.goto(`${kepler.url}/services/${SERVICE}`);
    await page.getByText("正在运行的内容").waitFor();
    expect(await axeFindings(page)).toEqual([]);
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

describe("the sign-in", () => {
  it("has nothing that axe finds, before and after a wrong password, and keeps what was typed", async () => {
    const page = await browser.newPage();
    await page.goto(`${kepler.url}/sign-in`);
    expect(await axeFindings(page)).toEqual([]);
    await page.locator("input[name=username]").fill("lin");
    await page.locator("input[name=password]").fill("not the password");
    await page.locator("button[type=submit]").click();
    await page.getByText("User name and password do not match.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    // What was typed is still there.
    expect(await page.locator("input[name=username]").inputValue()).toBe("lin");
    expect(await page.locator("input[name=password]").inputValue()).toBe("not the password");
    await page.close();
  });

  it("signs in who is faster than the page's scripts", async () => {
    const page = await browser.newPage();
    const release = await holdScripts(page);
    await page.goto(`${kepler.url}/sign-in`, { waitUntil: "commit" });
    await page.locator("input[name=username]").fill(kepler.username);
    await page.locator("input[name=password]").fill(kepler.password);
    await page.locator("button[type=submit]").click();
    release();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.close();
  });
});
