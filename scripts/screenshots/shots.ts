import { type Page } from "playwright-core";
import { type SystemView } from "#lib/clusters/schema";
import { configShots } from "./config-shots.ts";
import { gatewayShots } from "./gateway-shots.ts";
import { settingsShots } from "./settings-shots.ts";
import { type Shot, type Words } from "./shot.ts";
import { type Stage } from "./stage.ts";
import { verbShots } from "./verb-shots.ts";

/** Every page, and the states of each that a person meets. */
export function shotsOf(stage: Stage): Shot[] {
  return [
    ...frameShots(),
    ...createShots(),
    ...serviceShots(stage),
    ...changeShots(stage),
    ...settingsShots(stage),
    ...configShots(stage),
    ...verbShots(stage),
    ...gatewayShots(),
  ];
}

function frameShots(): Shot[] {
  return [
    { name: "sign-in", path: "/sign-in", as: "nobody" },
    { name: "sign-in-wrong", path: "/sign-in", as: "nobody", prepare: signInWrongly },
    { name: "overview", path: "/" },
    { name: "services", path: "/services" },
    { name: "services-none-fit", path: "/services?q=no-such-service" },
    { name: "services-empty", path: "/services?team=platform" },
    { name: "services-unreachable", path: "/services", prepare: silence },
    { name: "palette", path: "/services", prepare: openPalette },
    { name: "forbidden", path: "/services/new", as: "omar" },
    { name: "not-found", path: "/no-such-page" },
  ];
}

function createShots(): Shot[] {
  return [
    { name: "create-1-empty", path: "/services/new" },
    { name: "create-1-errors", path: "/services/new", prepare: (page) => next(page) },
    { name: "create-1", path: "/services/new", prepare: (page, words) => basics(page, words, "go-hello") },
    { name: "create-2", path: "/services/new", prepare: (page, words) => details(page, words, "go-hello") },
    { name: "create-2-errors", path: "/services/new", prepare: wrongDetails },
    {
      name: "create-2-no-dockerfile",
      path: "/services/new",
      prepare: (page, words) => details(page, words, "no-dockerfile"),
    },
    { name: "create-3", path: "/services/new", prepare: routes },
    { name: "create-3-errors", path: "/services/new", prepare: wrongRoutes },
  ];
}

function serviceShots(stage: Stage): Shot[] {
  const at = (app: string, rest = "") => `/services/${app}${rest}`;
  return [
    { name: "service", path: at(stage.running) },
    { name: "metrics", path: at(stage.running, "/metrics?range=15m") },
    { name: "metrics-by-pod", path: at(stage.running, "/metrics?range=15m&view=pods") },
    { name: "service-failed-build", path: at(stage.brokenBuild) },
    { name: "service-failing-pods", path: at(stage.failingPods) },
    { name: "service-rolling-out", path: at(stage.rollingOut) },
    { name: "service-long-name", path: at(stage.longName) },
    { name: "service-viewer", path: at(stage.running), as: "omar" },
    { name: "builds", path: at(stage.running, "/builds") },
    { name: "build-running", path: at(stage.running, `/builds/${stage.buildRunning}`) },
    { name: "build-done", path: at(stage.running, `/builds/${stage.buildDone}`) },
    { name: "build-failed", path: at(stage.brokenBuild, `/builds/${stage.buildFailed}`) },
    { name: "releases", path: at(stage.running, "/releases") },
    { name: "releases-none", path: at(stage.brokenBuild, "/releases") },
    { name: "release-done", path: at(stage.running, `/releases/${stage.releaseDone}`) },
    { name: "release-failed", path: at(stage.failingPods, `/releases/${stage.releaseFailed}`) },
    { name: "release-rolling", path: at(stage.rollingOut, `/releases/${stage.releaseRolling}`) },
    { name: "compare", path: at(stage.running, `/releases/compare?of=${stage.compare}`) },
    { name: "logs", path: at(stage.running, "/logs") },
    { name: "logs-search", path: at(stage.running, "/logs"), prepare: searchLogs },
    { name: "logs-pin", path: at(stage.running, "/logs"), prepare: pinLine },
    { name: "logs-pinned-none", path: at(stage.running, "/logs/pins") },
    { name: "terminal", path: at(stage.running, "/terminal") },
    { name: "terminal-open", path: at(stage.running, "/terminal"), prepare: openTerminal },
    { name: "dialog-terminal-policy", path: at(stage.running, "/terminal"), prepare: terminalPolicy },
    { name: "terminal-viewer", path: at(stage.running, "/terminal"), as: "omar" },
    { name: "logs-none", path: at(stage.brokenBuild, "/logs") },
  ];
}

function changeShots(stage: Stage): Shot[] {
  const path = `/services/${stage.running}`;
  return [
    { name: "dialog-build", path, prepare: (page, words) => press(page, words("service.actions.build")) },
    { name: "dialog-release", path, prepare: previewRelease },
    { name: "dialog-scale", path, prepare: previewScale },
    { name: "dialog-rollback", path: `${path}/releases`, prepare: previewRollback },
    { name: "menu-more", path, prepare: (page, words) => press(page, words("service.actions.more")) },
    { name: "dialog-discard", path: "/services/new", prepare: (page, words) => press(page, words("create.discard")) },
  ];
}

async function terminalPolicy(page: Page, words: Words): Promise<void> {
  await press(page, words("terminal.policy.change"));
  await page.getByRole("dialog").waitFor();
}

async function openTerminal(page: Page, words: Words): Promise<void> {
  await press(page, words("terminal.form.open"));
  await page.locator("section[data-state=open]").waitFor();
  await page.keyboard.type("ls -la; echo 你好，世界\n");
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();
const next = (page: Page) => page.locator("form button[type=submit]").click();

async function signInWrongly(page: Page): Promise<void> {
  await page.locator("input[name=username]").fill("lin");
  await page.locator("input[name=password]").fill("not the password");
  await page.locator("button[type=submit]").click();
  await page.getByRole("alert").first().waitFor();
}

/** The page alone is told that two systems are silent: silencing them would spoil every other picture. */
async function silence(page: Page): Promise<void> {
  const since = new Date(Date.now() - 21 * 60_000).toISOString();
  const at = { since, lastOkAt: since, checkedAt: since };
  const down = { ...at, state: "down" as const, reason: "connection refused", missing: [] };
  const missing = [{ namespace: "shop-test", resource: "pods", verbs: ["list", "watch"], since }];
  const rows: SystemView[] = [
    { key: "jenkins", name: "Jenkins", ...down },
    { key: "cluster:00000000-0000-7000-8000-000000000000", name: "sh-prod-2", ...down },
    {
      key: "cluster:00000000-0000-7000-8000-000000000001",
      name: "sh-test-1",
      ...at,
      state: "up",
      reason: null,
      missing,
    },
  ];
  await page.route("**/api/systems", (route) => route.fulfill({ json: { rows } }));
  await page.reload();
  await page.getByText("sh-prod-2").first().waitFor();
}

async function openPalette(page: Page, words: Words): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByPlaceholder(words("shell.search")).waitFor();
}

async function basics(page: Page, words: Words, sample: string): Promise<void> {
  await page.getByLabel(words("create.source.project")).fill(sample);
  await page.getByRole("option", { name: sample }).first().click();
  const ref = page.getByLabel(words("create.source.ref"));
  if ((await ref.inputValue()) === "") {
    await ref.click();
    await page.getByRole("option", { name: /^main/ }).first().click();
  }
  await page.getByText(words("create.identity.free")).waitFor();
}

async function details(page: Page, words: Words, sample: string): Promise<void> {
  await basics(page, words, sample);
  await next(page);
  await page.getByLabel(words("create.listens.port"), { exact: true }).waitFor();
}

async function wrongDetails(page: Page, words: Words): Promise<void> {
  await details(page, words, "go-hello");
  await page.getByRole("textbox", { name: words("create.build.dockerfile"), exact: true }).fill("/etc/Dockerfile");
  await page.getByRole("radio", { name: words("fields.size.free") }).click();
  await page.getByLabel(words("fields.size.cpu"), { exact: true }).fill("");
  await page.getByLabel(words("fields.size.replicas")).fill("");
  await next(page);
}

async function routes(page: Page, words: Words): Promise<void> {
  await details(page, words, "go-hello");
  await next(page);
  await page.getByLabel(words("create.routes.host")).waitFor();
}

async function wrongRoutes(page: Page, words: Words): Promise<void> {
  await routes(page, words);
  await page.getByLabel(words("create.routes.host")).fill("Not A Host");
  await next(page);
}

async function pinLine(page: Page, words: Words): Promise<void> {
  await page.getByRole("log").getByRole("button").first().click();
  await page.getByRole("main").locator("button:has(small)").first().click();
  await page.getByRole("dialog").getByLabel(words("logs.pin.reason")).fill("INC-2291");
}

async function searchLogs(page: Page, words: Words): Promise<void> {
  await page.getByText("listening").first().waitFor();
  await page.getByLabel(words("logs.search")).fill("listening");
}

const previewed = (page: Page, words: Words) =>
  page.getByRole("dialog").getByText(words("releases.willChange")).waitFor();

async function previewRelease(page: Page, words: Words): Promise<void> {
  await press(page, words("service.actions.release"));
  await page.getByRole("dialog").locator("select option").last().waitFor({ state: "attached" });
  await page
    .getByRole("dialog")
    .locator("select")
    .selectOption({ index: -1 })
    .catch(() => undefined);
  await previewed(page, words);
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Deployment/ })
    .click();
}

async function previewScale(page: Page, words: Words): Promise<void> {
  await press(page, words("service.actions.scale"));
  await page.getByLabel(words("settings.field.replicas")).fill("5");
  await page
    .getByRole("dialog")
    .getByText("PodDisruptionBudget")
    .or(page.getByRole("dialog").getByText("Deployment"))
    .first()
    .waitFor();
}

async function previewRollback(page: Page, words: Words): Promise<void> {
  await press(page, words("releases.rollBack"));
  await previewed(page, words);
}
