import { type Page } from "playwright-core";
import { settingsView } from "#lib/releases/settings/schema";
import { type Shot, type Words } from "./shot.ts";
import { type Stage } from "./stage.ts";

/** The Settings tab in each state that a person meets, and the dialogs that share its fields. */
export function settingsShots(stage: Stage): Shot[] {
  const path = `/services/${stage.running}/settings`;
  return [
    { name: "settings", path, prepare: loaded },
    { name: "settings-edited", path: `${path}?open=size,start`, prepare: edit },
    { name: "settings-wrong", path: `${path}?open=ports,rollout`, prepare: wrongly },
    {
      name: "settings-all",
      path: `${path}?open=scale,health,storage,security,placement,logs,labels`,
      prepare: everything,
    },
    { name: "settings-network", path: `${path}?open=network`, prepare: loaded },
    { name: "settings-traffic", path: `${path}?open=network`, prepare: trafficRules },
    { name: "settings-calls", path: `${path}?open=calls`, prepare: calls },
    { name: "settings-proxy", path: `${path}?open=network`, prepare: proxies },
    { name: "settings-access", path: `${path}?open=access,network`, prepare: limited },
    { name: "settings-egress", path: `${path}?open=egress,network`, prepare: callingOut },
    { name: "dialog-egress", path: `${path}?open=egress,network`, prepare: callingOutSoon },
    { name: "settings-conflict", path: `${path}?open=scale`, prepare: meanwhile },
    { name: "settings-viewer", path: `${path}?open=start,rollout`, prepare: loaded, as: "omar" },
    { name: "settings-never-released", path: `/services/${stage.brokenBuild}/settings?open=health`, prepare: loaded },
    { name: "dialog-configure", path: `${path}?open=size,start`, prepare: preview },
    { name: "dialog-network", path: `/services/${stage.running}`, prepare: intoTheMesh },
    { name: "dialog-resources", path: `/services/${stage.running}`, prepare: resources },
  ];
}

async function loaded(page: Page, words: Words): Promise<void> {
  await page.getByRole("button", { name: words("settings.section.rollout") }).waitFor();
}

async function intoTheMesh(page: Page, words: Words): Promise<void> {
  await page.getByRole("button", { name: words("service.actions.mesh"), exact: true }).click();
  await page.getByLabel(words("settings.field.meshMode"), { exact: true }).selectOption("mesh");
  await page.getByLabel(words("settings.field.gatewayClass"), { exact: true }).selectOption("istio");
  await page.getByRole("dialog").getByText("VirtualService").first().waitFor();
}

/** Every part of the traffic policy. */
async function calls(page: Page, words: Words): Promise<void> {
  await loaded(page, words);
  for (const part of ["loadBalancing", "connectionPool", "outlierDetection"])
    await page.getByRole("switch", { name: words(`settings.calls.${part}`) }).click();
  await page.getByLabel(words("settings.field.by"), { exact: true }).selectOption("cookie");
}

/** What is said of the proxy. */
async function proxies(page: Page, words: Words): Promise<void> {
  await loaded(page, words);
  await page.getByLabel(words("settings.field.meshMode"), { exact: true }).selectOption("mesh");
  await page.getByRole("switch", { name: words("settings.sidecar.own") }).click();
  await page.getByRole("switch", { name: words("settings.sidecar.sized") }).click();
}

/** Callers by name, while the route is at the gateway that has no identity. */
async function limited(page: Page, words: Words): Promise<void> {
  await loaded(page, words);
  await page.getByLabel(words("settings.field.meshMode"), { exact: true }).selectOption("mesh");
  await page.getByRole("switch", { name: words("settings.access.limited") }).click();
  await page.getByLabel(words("settings.field.callingServices"), { exact: true }).fill("payments shop");
  await page.getByRole("switch", { name: words("settings.access.strict") }).click();
}

/** Hosts outside: one that is right, and one that the mesh could not tell apart. */
async function callingOut(page: Page, words: Words): Promise<void> {
  await oneHost(page, words);
  const section = page.locator("[data-field=egress]");
  await section.getByRole("button", { name: words("settings.egress.addHost") }).click();
  await page.locator("[data-field='egress.hosts.1.name']").fill("replica-2.database.eu-central-1.rds.cloud.example");
  await page.locator("[data-field='egress.hosts.1.ports.0.port']").fill("5432");
  await page.locator("[data-field='egress.hosts.1.ports.0.protocol']").selectOption("tcp");
}

async function oneHost(page: Page, words: Words): Promise<void> {
  await loaded(page, words);
  await page.getByLabel(words("settings.field.meshMode"), { exact: true }).selectOption("mesh");
  await page.getByRole("switch", { name: words("settings.egress.declaredOnly") }).click();
  const section = page.locator("[data-field=egress]");
  await section.getByRole("button", { name: words("settings.egress.addHost") }).click();
  await page.locator("[data-field='egress.hosts.0.name']").fill("rates.bank.example");
  await page.locator("[data-field='egress.hosts.0.ports.0.port']").fill("80");
  await page.locator("[data-field='egress.hosts.0.ports.0.protocol']").selectOption("http");
  await page.locator("[data-field='egress.hosts.0.ports.0.targetPort']").fill("443");
  await section.getByRole("switch", { name: words("settings.field.originateTls") }).click();
  await page.locator("[data-field='egress.hosts.0.timeoutMs']").fill("2000");
  await section.getByRole("switch", { name: words("settings.traffic.retries"), exact: true }).click();
}

async function callingOutSoon(page: Page, words: Words): Promise<void> {
  await oneHost(page, words);
  await page.getByRole("button", { name: words("settings.release") }).click();
  await page.getByRole("dialog").getByText("ServiceEntry").first().waitFor();
}

/** Every rule of a route switched on. */
async function trafficRules(page: Page, words: Words): Promise<void> {
  await loaded(page, words);
  await page.getByLabel(words("settings.field.gatewayClass"), { exact: true }).selectOption("istio");
  await page.locator("[data-field$='.traffic'] input[role=switch]").first().click();
  await page
    .getByRole("button", { name: words("settings.traffic.addHeader") })
    .first()
    .click();
  await page.getByRole("button", { name: words("settings.traffic.addEdit") }).click();
  for (const rule of ["redirect", "rateLimit", "retries", "delay", "abort", "mirror", "cors"])
    await page
      .getByRole("switch", { name: words(`settings.traffic.${rule}`), exact: true })
      .first()
      .click();
}

async function edit(page: Page, words: Words): Promise<void> {
  await page.getByRole("radio", { name: words("fields.size.free") }).click();
  await page.getByLabel(words("settings.field.memoryLimitBytes")).fill("768Mi");
  await page.getByRole("button", { name: words("fields.env.add") }).click();
  await page.getByLabel(words("fields.env.name"), { exact: true }).last().fill("GREETING");
  await page.getByPlaceholder(words("fields.env.valueHint")).last().fill("Good evening, 晚上好");
}

/** Every list with a row in it, every switch that shows more on. */
async function everything(page: Page, words: Words): Promise<void> {
  await page.getByRole("radio", { name: words("settings.scale.load") }).click();
  // The same words stand once for each of the three probes.
  await page.getByText(words("settings.option.http"), { exact: true }).first().click();
  await page.getByText(words("settings.option.grpc"), { exact: true }).nth(1).click();
  for (const add of [
    "health.addHeader",
    "storage.add",
    "placement.addToleration",
    "placement.addSpread",
    "labels.addAlias",
  ])
    await page
      .getByRole("button", { name: words(`settings.${add}`) })
      .first()
      .click();
  await page.getByRole("switch", { name: words("settings.logs.collect") }).click();
  await page.getByRole("switch", { name: words("settings.logs.multiline") }).click();
}

async function wrongly(page: Page, words: Words): Promise<void> {
  await page.getByLabel(words("settings.field.port"), { exact: true }).first().fill("70000");
  await page.getByLabel(words("settings.field.maxSurge")).fill("0");
  await page.getByRole("textbox", { name: words("settings.field.drainSeconds"), exact: true }).fill("");
}

/** The page alone is told of a release that came in between: making one would spoil every other picture. */
async function meanwhile(page: Page, words: Words): Promise<void> {
  await page.getByRole("textbox", { name: words("settings.field.replicas"), exact: true }).fill("5");
  await page.route("**/settings?environment=*", async (route) => {
    const view = settingsView.parse(await (await route.fetch()).json());
    const { settings, release } = view;
    const theirs = settings && { ...settings, replicas: 9, env: [{ name: "LOG_LEVEL", value: "debug" }] };
    const newer = release && { ...release, number: release.number + 1, requestedBy: "林伟 Lin Wei" };
    await route.fulfill({ json: { ...view, settings: theirs, release: newer } });
  });
  await page.reload();
  await page.getByText(words("settings.conflict.mine")).waitFor();
}

async function preview(page: Page, words: Words): Promise<void> {
  await edit(page, words);
  await page.getByRole("button", { name: words("settings.release") }).click();
  await page.getByRole("dialog").getByText(words("releases.willChange")).waitFor();
}

async function resources(page: Page, words: Words): Promise<void> {
  await page.getByRole("button", { name: words("service.actions.more") }).click();
  await page.getByRole("menuitem", { name: words("service.actions.resources") }).click();
  await page.getByRole("radio", { name: words("fields.size.large") }).click();
  await page.getByRole("dialog").getByText(words("releases.willChange")).waitFor();
}
