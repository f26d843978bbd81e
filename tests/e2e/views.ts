import { type Page } from "playwright-core";

/** A service that runs, one whose pods end, and a Deployment that was there before. */
export const SERVICE = "payment-channel-unionpay-adapter-eu";
export const FAILING = "payment-channel-that-ends";
export const FOUND = "imported-payment-channel-adapter";
const BASE = `/services/${SERVICE}`;
const ENDS_AGAIN = /starts and ends again and again/;

/** Where a view is, and what brings it into the state that is to be looked at. */
export type View = { path: string; open?: (page: Page) => Promise<unknown> };

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

/** What will change, with one object opened. */
async function openChange(page: Page): Promise<void> {
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

/** Every rule of a route, with nothing in it yet. */
async function ruleRoute(page: Page): Promise<void> {
  const turnOn = (name: string | RegExp) => page.getByRole("switch", { name }).click();
  await turnOn("Reached from outside");
  await page.getByLabel("Gateway", { exact: true }).selectOption("istio");
  await turnOn(/^Traffic rules of /);
  await button(page, "Add a header");
  for (const rule of [
    "Send visitors",
    "Limit the requests",
    "Try again",
    "Delay a share",
    "Fail a share",
    "Send a copy",
    "Pages of other origins",
  ])
    await turnOn(new RegExp(`^${rule}`));
  await page.getByText("A header’s name in lower case, such as x-canary").waitFor();
}

export const pages: Record<string, View> = {
  overview: { path: "/" },
  services: { path: "/services" },
  "services, none fit": { path: "/services?q=no-such-service" },
  import: { path: "/services/import", open: (page) => page.getByText(FOUND).first().waitFor() },
  "retired services": { path: "/retirements", open: (page) => page.getByText("No retired services").waitFor() },
  gateways: {
    path: "/gateways",
    open: (page) =>
      page
        .getByText(/Ready to take over|In use/)
        .first()
        .waitFor(),
  },
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
  "service, failing": { path: `/services/${FAILING}`, open: (page) => page.getByText(ENDS_AGAIN).first().waitFor() },
  terminal: { path: `${BASE}/terminal`, open: (page) => page.getByLabel("Container").waitFor() },
  "terminal, open": { path: `${BASE}/terminal`, open: openTerminal },
  "config, a new set": { path: `${BASE}/config`, open: (page) => button(page, "New set…") },
  settings: { path: `${BASE}/settings`, open: (page) => page.getByText("http 8080").waitFor() },
  "settings, all open and edited": {
    path: `${BASE}/settings?open=size,scale,start,ports,health,storage,rollout,security,placement,logs,labels`,
    open: editSettings,
  },
  "settings, rules of a route": { path: `${BASE}/settings?open=network`, open: ruleRoute },
  "not found": { path: "/no-such-page", open: (page) => page.getByText("Not found").first().waitFor() },
};

export const dialogs: Record<string, View> = {
  palette: {
    path: "/services",
    open: async (page) => {
      await page.keyboard.press("Control+k");
      await dialog(page).getByText(SERVICE).waitFor();
    },
  },
  "build dialog": { path: BASE, open: (page) => button(page, "Build") },
  "release dialog": {
    path: BASE,
    open: async (page) => {
      await button(page, "Release");
      await dialog(page).getByText("Nothing would change").first().waitFor();
    },
  },
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
      await openChange(page);
    },
  },
  "pod picker": {
    path: `${BASE}/logs`,
    open: async (page) => {
      await button(page, "Pods: All pods");
      await page.getByLabel("Search pods").waitFor();
    },
  },
  "pin dialog": { path: `${BASE}/logs`, open: pinLine },
  "terminal policy dialog": {
    path: `${BASE}/terminal`,
    open: async (page) => {
      await button(page, "Change");
      await dialog(page).getByText("With approval").waitFor();
    },
  },
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
export async function detailsOf(page: Page): Promise<Record<string, View>> {
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
