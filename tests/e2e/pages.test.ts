import { readFile } from "node:fs/promises";
import { type Browser, type Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { makeDeployment } from "#tests/world/found-deployment";
import { type RunningKepler } from "#tests/world/kepler";
import { signIn } from "#tests/world/person";
import { axeFindings } from "./axe-findings.ts";
import { inBrowser, runService } from "./in-browser.ts";
import { overflow } from "./overflow.ts";

const SERVICE = "payment-channel-unionpay-adapter-eu";
const FOUND = "imported-payment-channel-adapter";
const BASE = `/services/${SERVICE}`;

let kepler: RunningKepler;
let browser: Browser;
/** Every view by its name: where it is and what brings it into the state that is to be looked at. */
let views: Record<string, View>;
type View = { path: string; open?: (page: Page) => Promise<unknown> };

inBrowser(async (stage) => {
  ({ kepler, browser } = stage);
  const { person } = stage;
  await runService(stage, SERVICE);
  const systems = { kubernetes: kepler.sandbox("kubernetes"), registry: kepler.sandbox("registry") };
  await makeDeployment(systems, { name: FOUND, replicas: 1, cmd: ["sleep", "infinity"], probed: false });
  views = { ...pages, ...dialogs, ...(await detailsOf(person.page)) };
  await person.page.context().close();
});

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();
const dialog = (page: Page) => page.getByRole("dialog");

async function pickProject(page: Page): Promise<void> {
  await page.getByLabel("GitLab project").fill("node-hello");
  await page.getByRole("option", { name: /node-hello / }).click();
  await page.getByLabel("Branch or tag").click();
  await page.getByRole("option", { name: /^main/ }).click();
  await page.getByText("The name is free").waitFor();
}

async function wizardStep(page: Page, step: 2 | 3): Promise<void> {
  await pickProject(page);
  await button(page, "Next: Details");
  await page.getByText(/Found: /).waitFor();
  if (step === 3) await button(page, "Next: Routes");
}

async function previewRelease(page: Page): Promise<void> {
  await button(page, "Release");
  await dialog(page).getByText("What will change").waitFor();
  const changed = dialog(page).getByRole("button", { name: /Deployment/ });
  await changed.click();
  await dialog(page)
    .getByRole("group", { name: /Deployment/ })
    .waitFor();
}

async function pinLine(page: Page): Promise<void> {
  await page.getByRole("log").getByRole("button").first().click();
  await button(page, "Pin 1 line as evidence");
  await dialog(page).getByLabel("Why").waitFor();
}

async function openTerminal(page: Page): Promise<void> {
  await button(page, "Open terminal");
  await page.getByText("Connected", { exact: true }).waitFor();
}

/** Each kind of row and of probe once, and something wrong. */
async function editSettings(page: Page): Promise<void> {
  await page.getByRole("radio", { name: "Custom" }).click();
  await page.getByRole("radio", { name: "By load" }).click();
  await page.getByText("Command", { exact: true }).last().click();
  for (const add of [
    "Add a variable",
    "Paste .env text",
    "Add a file",
    "Add a volume",
    "Add a toleration",
    "Add a host",
  ])
    await button(page, add);
  await page.getByRole("switch", { name: "Collect log files" }).click();
  await page.getByRole("textbox", { name: "Drain", exact: true }).fill("9999");
  await page.getByText("At most 120").waitFor();
}

const pages: Record<string, View> = {
  overview: { path: "/" },
  services: { path: "/services" },
  "services, none fit": { path: "/services?q=no-such-service" },
  import: { path: "/services/import", open: (page) => page.getByText(FOUND).first().waitFor() },
  "retired services": { path: "/retirements", open: (page) => page.getByText("No retired services").waitFor() },
  create: { path: "/services/new" },
  "create, nothing filled in": { path: "/services/new", open: (page) => button(page, "Next: Details") },
  "create, step 2": { path: "/services/new", open: (page) => wizardStep(page, 2) },
  "create, step 3": { path: "/services/new", open: (page) => wizardStep(page, 3) },
  service: { path: BASE, open: (page) => page.getByText("1 of 1 ready").waitFor() },
  builds: { path: `${BASE}/builds`, open: (page) => page.getByText("b1").waitFor() },
  releases: { path: `${BASE}/releases`, open: (page) => page.getByText("runs now").waitFor() },
  logs: { path: `${BASE}/logs`, open: (page) => page.getByText("listening").first().waitFor() },
  "pinned lines": { path: `${BASE}/logs/pins`, open: (page) => page.getByText("Nothing pinned yet").waitFor() },
  metrics: { path: `${BASE}/metrics`, open: (page) => page.getByRole("slider", { name: "CPU over time" }).waitFor() },
  "metrics, by pod, as a table": {
    path: `${BASE}/metrics?range=15m&view=pods`,
    open: async (page) => {
      await page.getByText("As a table").first().click();
      await page.getByRole("region", { name: "CPU as a table" }).waitFor();
    },
  },
  terminal: { path: `${BASE}/terminal`, open: (page) => page.getByLabel("Container").waitFor() },
  "terminal, open": { path: `${BASE}/terminal`, open: openTerminal },
  "config, a new set": { path: `${BASE}/config`, open: (page) => button(page, "New set…") },
  settings: { path: `${BASE}/settings`, open: (page) => page.getByText("http 8080").waitFor() },
  "settings, all open and edited": {
    path: `${BASE}/settings?open=size,scale,start,ports,health,storage,rollout,security,placement,logs,labels`,
    open: editSettings,
  },
  "not found": { path: "/no-such-page", open: (page) => page.getByText("Not found").first().waitFor() },
};

const dialogs: Record<string, View> = {
  palette: {
    path: "/services",
    open: async (page) => {
      await page.keyboard.press("Control+k");
      await dialog(page).getByText(SERVICE).waitFor();
    },
  },
  "build dialog": { path: BASE, open: (page) => button(page, "Build") },
  "release dialog": { path: BASE, open: previewRelease },
  "scale dialog": {
    path: BASE,
    open: async (page) => {
      await button(page, "Scale");
      await dialog(page).getByLabel("Replicas").fill("2");
      await dialog(page).getByText("1 pod starts").waitFor();
    },
  },
  "settings dialog": {
    path: `${BASE}/settings?open=start`,
    open: async (page) => {
      // What the view before left half-typed cannot be released.
      await page.evaluate(() => sessionStorage.clear());
      await page.reload();
      await button(page, "Add a variable");
      await page.getByRole("textbox", { name: "Name", exact: true }).fill("GREETING");
      await button(page, "Preview and release…");
      await dialog(page).getByText("What will change").waitFor();
    },
  },
  "pin dialog": { path: `${BASE}/logs`, open: pinLine },
  "import dialog": {
    path: "/services/import",
    open: async (page) => {
      await button(page, `Import… ${FOUND}`);
      await dialog(page).getByText("No pod is restarted.").waitFor();
    },
  },
  "retire dialog": {
    path: BASE,
    open: async (page) => {
      await button(page, "More actions");
      await page.getByRole("menuitem", { name: "Retire…" }).click();
      await dialog(page).getByText("What will be removed").waitFor();
    },
  },
  "more actions": { path: BASE, open: (page) => button(page, "More actions") },
  "account menu": { path: "/services", open: (page) => page.getByRole("banner").getByRole("button").last().click() },
  "filter menu": { path: "/services", open: (page) => button(page, "State") },
  "project search": {
    path: "/services/new",
    open: async (page) => {
      await page.getByLabel("GitLab project").fill("node-hello");
      await page.getByRole("option", { name: /node-hello / }).waitFor();
    },
  },
  "discard dialog": { path: "/services/new", open: (page) => button(page, "Discard draft…") },
};

/** The pages of one build and one release, whose addresses only the running Kepler knows. */
async function detailsOf(page: Page): Promise<Record<string, View>> {
  const [build, release] = await page.evaluate(async (app) => {
    const first = async (path: string) => (await (await fetch(path)).json()).rows[0].id as string;
    return [await first(`/api/apps/${app}/builds`), await first(`/api/apps/${app}/releases`)] as const;
  }, SERVICE);
  return {
    build: {
      path: `${BASE}/builds/${build}`,
      open: (view) =>
        view
          .getByText(/Finished: SUCCESS|docker push/)
          .first()
          .waitFor(),
    },
    release: { path: `${BASE}/releases/${release}`, open: (view) => view.getByText("Verified what runs").waitFor() },
    compare: { path: `${BASE}/releases/compare?of=${release},${release}` },
  };
}

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

describe("every page and dialog", () => {
  it.each(["light", "dark"] as const)("has nothing that axe finds, in %s", async (theme) => {
    const { page } = await signIn(browser, kepler, { theme });
    expect(await lookAtAll(page, axeFindings)).toEqual({});
    await page.context().close();
  });

  it.each([1440, 390])("keeps within its window and its dialog at %i px", async (width) => {
    const { page } = await signIn(browser, kepler, { width });
    expect(await lookAtAll(page, overflow)).toEqual({});
    await page.context().close();
  });

  it("has a sign-in without a finding, before and after a wrong password", async () => {
    const page = await browser.newPage();
    await page.goto(`${kepler.url}/sign-in`);
    expect(await axeFindings(page)).toEqual([]);
    await page.locator("input[name=username]").fill("lin");
    await page.locator("input[name=password]").fill("not the password");
    await page.locator("button[type=submit]").click();
    await page.getByText("User name and password do not match.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
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
