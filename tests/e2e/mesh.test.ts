import { request } from "node:http";
import { type Page } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person } from "#tests/world/person";
import { waitFor } from "#tests/world/wait-for";
import { createService } from "#tests/world/wizard";
import { axeFindings } from "./axe-findings.ts";
import { createByApi } from "./create-by-api.ts";
import { exposeByApi } from "./expose-by-api.ts";
import { inBrowser } from "./in-browser.ts";

let kepler: RunningKepler;
let person: Person;
let kubernetes: Kubernetes;

inBrowser(async (stage) => {
  ({ kepler, person } = stage);
  kubernetes = createKubernetes({ kubeconfig: kepler.sandbox("kubernetes").kubeconfig });
  await createByApi(person, NEIGHBOUR);
  await createService(person, "node-hello");
  await person.page.getByText("It runs.").waitFor({ timeout: 60_000 });
});

afterAll(() => {
  kubernetes?.close();
});

const NEIGHBOUR = "payment-channel-unionpay-adapter-eu";
const OPPOSED = "The namespace kepler-dev is kept out of the mesh (istio-injection=disabled).";
/** As its operator labels the namespace to keep proxies out of it; null = not at all. */
const injection = (value: "disabled" | null) =>
  kubernetes.mergePatch(
    { ...KINDS.namespace, name: "kepler-dev" },
    { metadata: { labels: { "istio-injection": value } } },
  );

/** The status with which a gateway of the sandbox answers for the service's host. */
function statusAt(gateway: "url" | "istioUrl" | "traefikUrl", path = "/"): Promise<number> {
  const edge = kepler.sandbox("edge");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { host: `node-hello.dev.localhost:${new URL(edge.url).port}` };
  request(new URL(path, edge[gateway]), { headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on("error", reject)
    .end();
  return promise;
}

it("puts a running service into the mesh and its route onto Istio's gateway, from click to pods, in one preview", async () => {
  const { page } = person;
  expect([await statusAt("traefikUrl"), await statusAt("istioUrl")]).toEqual([200, 404]);

  await page.getByRole("button", { name: "Mesh", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await injection("disabled");
  await dialog.getByLabel("Mode", { exact: true }).selectOption("mesh");
  await dialog.getByText(OPPOSED).waitFor();
  expect(await dialog.getByRole("button", { name: /^Release/ }).getAttribute("aria-disabled")).toBe("true");
  await injection(null);
  await dialog.getByLabel("Gateway", { exact: true }).selectOption("istio");
  await dialog.getByText("VirtualService").first().waitFor();
  await dialog.getByText(/^Each pod gets a proxy \([\d.]+\), revision default: .* requested\.$/).waitFor();
  await dialog.getByRole("button", { name: /^Release as/ }).click();
  await dialog.getByText("Verified what runs").waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");

  await page.getByText("1 of 1 in the mesh").waitFor({ timeout: 30_000 });
  expect([await statusAt("traefikUrl"), await statusAt("istioUrl"), await statusAt("url")]).toEqual([404, 200, 200]);
});

it("draws the load that comes through the mesh, zooms into it, keeps the time over a reload, and marks the releases", async () => {
  const { page } = person;
  const chart = (name: string) => page.getByRole("slider", { name: `${name} over time` });
  const stop = new AbortController();
  const visitor = (async () => {
    while (!stop.signal.aborted) await statusAt("istioUrl");
  })();
  await page.getByRole("link", { name: "Metrics", exact: true }).click();
  await page.getByLabel("Time range").selectOption({ label: "Last 15 minutes" });
  await waitFor(
    "requests in the chart",
    async () => {
      const text = await chart("Requests").getAttribute("aria-valuetext", { timeout: 60_000 });
      return Number(/All pods ([\d.]+)\/s/.exec(text ?? "")?.[1] ?? 0) > 5;
    },
    60_000,
  );
  stop.abort();
  await visitor;
  await page.getByText("counted by the mesh proxies").waitFor();
  await page.getByRole("list").filter({ hasText: "p95" }).getByText("p99").waitFor();

  const marks = page.getByRole("link", { name: /Release #2, Configure by/ });
  expect(await marks.count()).toBeGreaterThan(5);

  // By keyboard one moment is told in every chart.
  await chart("CPU").focus();
  await page.keyboard.press("ArrowLeft");
  const told = (await chart("CPU").getAttribute("aria-valuetext"))?.split(", ").slice(0, 2).join(", ") ?? "";
  expect(await chart("Memory").getAttribute("aria-valuetext")).toContain(told);

  const box = await chart("Memory").boundingBox();
  if (!box) throw new Error("no chart");
  await page.mouse.move(box.x + box.width * 0.74, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.99, box.y + 40, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=\d+&to=\d+/);
  const address = new URL(page.url()).searchParams;
  const width = Number(address.get("to")) - Number(address.get("from"));
  expect(width).toBeGreaterThan(3 * 60_000);
  expect(width).toBeLessThan(5 * 60_000);
  await page.getByText("By pod", { exact: true }).click();
  await page.waitForURL(/view=pods/);

  const before = page.url();
  await page.reload();
  // The pods may be younger than the window: then it has no figures, and the time stands all the same.
  await page.getByText("A fixed time").waitFor();
  expect(page.url()).toBe(before);
  expect(await page.getByRole("radio", { name: "By pod" }).isChecked()).toBe(true);

  await page.getByRole("button", { name: "Back to now" }).click();
  await marks.first().click();
  await page.waitForURL(/\/releases\/[0-9a-f-]{36}$/);

  // The same calls, in the picture of the environment.
  await page.goto(`${kepler.url}/gateways`);
  const calls = page.getByRole("table", { name: "Who calls whom" });
  await calls.getByRole("row").filter({ hasText: "Istio gateway" }).getByRole("link", { name: "node-hello" }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
});
it("lets requests fail on purpose and cuts off what is late, by rules of a route, and takes them away again", async () => {
  const { page } = person;
  await page.goto(`${kepler.url}/services/node-hello/settings?open=network`);
  await page.getByRole("switch", { name: /^Traffic rules of / }).click();
  await page.getByRole("switch", { name: "Fail a share on purpose" }).click();
  await page.getByLabel("Share of requests", { exact: true }).fill("100");
  await page.getByLabel("Answers with", { exact: true }).fill("418");
  await page.getByRole("button", { name: "Add a header" }).click();
  await page.getByLabel("Name", { exact: true }).last().fill("X-Tester");
  await page.getByText("A header’s name in lower case, such as x-canary").waitFor();
  await page.getByRole("button", { name: "Remove X-Tester" }).click();
  await release(page);
  expect([await statusAt("istioUrl"), await statusAt("url")]).toEqual([418, 418]);

  await page.getByRole("switch", { name: /^Traffic rules of / }).click();
  await release(page);
  expect(await statusAt("istioUrl")).toBe(200);
});

it("moves an environment's routes to the standby gateway and home again, with a look at what is lost", async () => {
  const { page } = person;
  await page.goto(`${kepler.url}/services/node-hello/settings?open=network`);
  await page.getByRole("switch", { name: /^Traffic rules of / }).click();
  await page.getByLabel("Answers within", { exact: true }).fill("5000");
  await release(page);

  await page.getByRole("link", { name: "Gateways", exact: true }).click();
  const traefik = page.locator("section").filter({ has: page.getByRole("heading", { name: "Traefik" }) });
  await traefik.getByText("Ready to take over").waitFor({ timeout: 60_000 });
  await traefik.getByRole("button", { name: "Move everything here…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("1 route moves; no pod is touched.").waitFor();
  await dialog.getByText("Resting: timeout").waitFor();
  await dialog.getByRole("button", { name: "Move to Traefik" }).click();
  await dialog.getByText("All have come to an end.").waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await page.getByText("Traefik, in place of Istio").waitFor();
  expect([await statusAt("traefikUrl"), await statusAt("istioUrl"), await statusAt("url")]).toEqual([200, 404, 200]);

  await page.getByRole("button", { name: "Bring all home…" }).click();
  await dialog.getByText("Nothing is lost on the way.").waitFor();
  await dialog.getByRole("button", { name: "Bring home" }).click();
  await dialog.getByText("All have come to an end.").waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await page.getByText("dev is on Istio’s gateway").waitFor();
  expect([await statusAt("traefikUrl"), await statusAt("istioUrl"), await statusAt("url")]).toEqual([404, 200, 200]);
});

it("allows an environment a further domain, says what is none or is allowed already, and takes it away again once no route uses it", async () => {
  const { page } = person;
  const domains = page.getByRole("table", { name: "Domains" });
  const own = (await domains.getByRole("button").first().textContent())?.replace("*.", "") ?? "";
  await page.getByRole("button", { name: "Allow a domain…" }).click();
  const dialog = page.getByRole("dialog");
  const allow = dialog.getByRole("button", { name: "Allow", exact: true });
  const name = dialog.getByLabel("Domain", { exact: true });
  for (const [typed, said] of [
    ["Shop Example", "A host name in lower case, such as shop.example.com"],
    [own, "It is allowed already: click it in the list to change it"],
  ] as const) {
    await name.fill(typed);
    await dialog.getByText(said).waitFor();
    expect(await allow.getAttribute("title")).toBe(said);
  }
  await name.fill("shop.example");
  await dialog.getByText("shop.example and no other host").click();
  await dialog.getByLabel("TLS secret").fill("shop-tls");
  await allow.click();
  const row = domains.getByRole("row").filter({ hasText: "shop.example" });
  await row.getByText("shop-tls").waitFor();
  await row.getByText("No route").waitFor();

  const open = row.getByRole("button", { name: "shop.example", exact: true });
  await open.click();
  await dialog.getByLabel("TLS secret").clear();
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await row.getByText("plain HTTP").waitFor();
  const host = `node-hello.${own}`;
  await exposeByApi(page, "node-hello", [host, "shop.example"]);
  await open.click();
  const takeAway = dialog.getByRole("button", { name: "Take away" });
  await takeAway.click();
  await dialog.getByText("Routes use shop.example: node-hello (shop.example).").waitFor();
  await dialog.getByText("Move these routes to other hosts first, or allow the hosts one by one.").waitFor();
  await row.waitFor();

  await exposeByApi(page, "node-hello", [host]);
  await takeAway.click();
  await row.waitFor({ state: "detached" });
  await dialog.waitFor({ state: "detached" });
});

it("takes chosen services of an environment into the mesh together, once each has said what becomes of it", async () => {
  const { page } = person;
  await page.goto(`${kepler.url}/services`);
  for (const app of ["node-hello", NEIGHBOUR]) await page.getByLabel(`Choose ${app}`).check();
  const dialog = page.getByRole("dialog");
  const seen = (app: string) => dialog.getByRole("listitem").filter({ hasText: app });
  const into = page.getByRole("button", { name: "Into the mesh…" });
  await injection("disabled");
  await into.click();
  await seen(NEIGHBOUR).getByText(OPPOSED).waitFor();
  await seen(NEIGHBOUR).getByText("Stays as it is").waitFor();
  const confirm = dialog.getByRole("button", { name: /^Take \d services? into the mesh$/ });
  expect(await confirm.getAttribute("title")).toBe("None of them would be switched");
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await injection(null);
  await into.click();
  await seen(NEIGHBOUR).getByText("1 pod restarts").waitFor();
  await seen("node-hello").getByText("No pod restarts").waitFor();
  await confirm.click();
  await dialog.getByText("All have come to an end.").waitFor({ timeout: 60_000 });
  await dialog.getByRole("listitem").getByText("Done").nth(1).waitFor();
  await page.goto(`${kepler.url}/services/${NEIGHBOUR}`);
  await page.getByText("1 of 1 in the mesh").waitFor({ timeout: 30_000 });
});

async function release(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Preview and release…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Release as/ }).click();
  await dialog.getByText("Verified what runs").waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");
}

it("tries a change on half of the requests, says how both sides do, and is promoted by a click", async () => {
  const { page } = person;
  await page.goto(`${kepler.url}/services/node-hello`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Restart…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Try it as a canary first").click();
  await dialog.getByLabel("Stages").fill("50, 20");
  await dialog.getByText("Whole percents that grow").first().waitFor();
  await dialog.getByLabel("Stages").fill("50");
  await dialog.getByLabel("Pause of each").fill("0");
  await dialog.getByLabel("Goes on").selectOption("manual");
  await dialog.getByRole("button", { name: /^Release as/ }).click();

  await dialog
    .getByText("50 % of the requests, stage 1 of 1 · waits for a person to promote it")
    .waitFor({ timeout: 60_000 });
  expect(await statusAt("istioUrl")).toBe(200);
  await page.locator("header").getByText("is on trial as a canary").waitFor();
  await page.getByText(/^Canary #\d+ · 50%$/).waitFor();
  await saysThatAMoveEndsIt(await page.context().newPage());
  const sides = dialog.getByRole("table", { name: "Both sides" });
  await sides.waitFor();
  expect(await sides.getByRole("rowheader").allTextContents()).toEqual(["What runs", "Canary"]);
  await page.keyboard.press("Escape");

  await page.getByRole("region", { name: /^Canary #\d+ has 50 % of the requests$/ }).waitFor();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const held = page.getByRole("region", { name: /^Canary #\d+ is paused at 50 %$/ });
  await held.getByText("It keeps its share and is judged on").waitFor();
  // The service's first line leads to the same release.
  const release = await held.getByRole("link").getAttribute("href");
  await page.locator(`header p a[href="${release}"]`).waitFor();
  await held.getByRole("button", { name: "Promote", exact: true }).click();
  await held.waitFor({ state: "detached" });
  await page.goto(`${kepler.url}${release}`);
  await page.getByText("promoted by").waitFor();
  await page.getByText("Verified what runs").waitFor({ timeout: 60_000 });
  expect(await statusAt("istioUrl")).toBe(200);
});

async function saysThatAMoveEndsIt(page: Page): Promise<void> {
  await page.goto(`${kepler.url}/gateways`);
  const traefik = page.locator("section").filter({ has: page.getByRole("heading", { name: "Traefik" }) });
  await traefik.getByRole("button", { name: "Move everything here…" }).click();
  const ended = page.getByRole("dialog").getByRole("list", { name: "1 canary is ended by the move" });
  await ended.getByText(/^Release \d+ is on trial: it ends, and release \d+, which ran before, moves/).waitFor();
  await page.close();
}
