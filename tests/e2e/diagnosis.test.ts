import { type Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type RunningKepler } from "#tests/world/kepler";
import { inBrowser, runService } from "./in-browser.ts";

const SERVICE = "told-what-is-wrong";
const TOLD = { timeout: 60_000 };
const NOWHERE = `sha256:${"0".repeat(64)}`;

let kepler: RunningKepler;
let page: Page;
/** What was released. */
let image: string;

inBrowser(async (stage) => {
  kepler = stage.kepler;
  page = stage.person.page;
  await runService(stage, SERVICE);
  ({ image } = containerIn(await onKubernetes("GET", DEPLOYMENT)));
});

const deployment = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.tuple([z.looseObject({ image: z.string() })]) }) }),
  }),
});

async function onKubernetes(method: string, path: string, body?: Record<string, unknown>): Promise<unknown> {
  const { url, token } = kepler.sandbox("kubernetes");
  const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
  const headers = { authorization: `Bearer ${token}`, "content-type": type };
  const answer = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  expect(answer.ok, path).toBe(true);
  return answer.json();
}

const DEPLOYMENT = `/apis/apps/v1/namespaces/kepler-dev/deployments/${SERVICE}`;
const containerIn = (object: unknown) => deployment.parse(object).spec.template.spec.containers[0];

/** Changes the app's own container by hand, as kubectl would. */
const patchContainer = (change: Record<string, unknown>) =>
  onKubernetes("PATCH", DEPLOYMENT, { spec: { template: { spec: { containers: [{ name: SERVICE, ...change }] } } } });

const overview = () => page.goto(`${kepler.url}/services/${SERVICE}`);
const finding = (sentence: RegExp) => page.getByRole("listitem").filter({ hasText: sentence }).first();
// The steps of one story: each fault takes the place of the one before.
describe("the diagnosis of a service", () => {
  it("says that nothing is wrong, who was asked and when, and asks again", async () => {
    await overview();
    await page.getByText("Nothing is wrong").waitFor(TOLD);
    await page.getByText(/the registry and the edge said/).waitFor();
    const asked = page.waitForResponse((response) => response.url().includes("/diagnosis?"));
    await page.getByRole("button", { name: "Check again" }).click();
    expect((await asked).status()).toBe(200);
  });

  it("names an image that is not there and that somebody set by hand, and releases again from there", async () => {
    await patchContainer({ image: `${new URL(kepler.sandbox("registry").url).host}/${SERVICE}@${NOWHERE}` });
    const told = finding(/The cluster cannot pull the image of told-what-is-wrong: it is not in the registry/);
    await told.waitFor(TOLD);
    await told.getByText("What was seen").click();
    await told.getByText(/Kubernetes · status/).waitFor();
    // What was released is there: building it again would not help.
    await told.getByText("Somebody set it by hand: undo that change, or release again.", { exact: true }).waitFor();
    expect(await told.getByRole("button", { name: /^(Roll back|Build)/ }).count()).toBe(0);
    await told.getByRole("button", { name: "Release again…" }).click();
    await page
      .getByRole("dialog")
      .getByText(/^Restart/)
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
  });

  it("shows how a program ended and its last lines, and opens that pod's log", async () => {
    await patchContainer({ image, command: ["node", "-e", `console.error("no database here");process.exit(7)`] });
    await overview();
    const told = finding(/starts and ends again and again \(\d+ restarts?, exit code 7\)/);
    await told.waitFor(TOLD);
    // Without a click: it is what one wants to know first.
    await told.getByText("no database here").waitFor(TOLD);
    await told.getByRole("link", { name: "Open the last log" }).click();
    await page.waitForURL(/\/logs\?pod=told-what-is-wrong-/);
    const chosen = new URL(page.url()).searchParams.get("pod");
    await page.getByRole("button", { name: `Pods: ${chosen}`, exact: true }).waitFor();
  });

  it("holds the memory that was used against the limit, and leads to that very field", async () => {
    // Stays for a few scrapes of Prometheus before it takes too much: the peak outlives the container.
    const allocate =
      "const take=()=>Buffer.alloc(32*2**20,1);const held=[take()];setTimeout(()=>setInterval(()=>held.push(take()),50),12000)";
    await patchContainer({
      command: ["node", "-e", allocate],
      resources: { limits: { memory: "128Mi" }, requests: { memory: "64Mi" } },
    });
    await overview();
    const told = finding(/was ended for holding more than its 128Mi of memory, \d+Mi at its peak/);
    await told.waitFor(TOLD);
    // Open already where the program has written something.
    await told.locator("details").evaluate((grounds: HTMLDetailsElement) => (grounds.open = true));
    await told.getByText(/OOMKilled, exit code 137/).waitFor();
    await told.getByText(/\d+Mi \/ 128Mi \(Prometheus\)/).waitFor();
    const containers = page.getByRole("list", { name: /^Containers of/ }).first();
    await containers.getByText(/OOMKilled with exit code 137/).waitFor(TOLD);
    await containers.getByText(/Mi – 128 Mi/).waitFor();
    await page.getByText("Waiting before the next try").first().waitFor(TOLD);
    await told.getByRole("link", { name: "Raise the memory…" }).click();
    await page.waitForURL(/\/settings\?open=size&at=resources\.memoryLimitBytes/);
    const limit = page.getByRole("textbox", { name: "Memory limit" });
    await limit.waitFor();
    expect(await limit.evaluate((input) => input === document.activeElement)).toBe(true);
  });

  it("evicts a pod only when its disruption budget agrees, and says when it does not", async () => {
    await onKubernetes("POST", "/apis/policy/v1/namespaces/kepler-dev/poddisruptionbudgets", {
      metadata: { name: SERVICE },
      spec: { minAvailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": SERVICE } } },
    });
    await overview();
    const running = page.getByRole("row").filter({ hasText: "Running" });
    await running.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Evict pod…" }).click();
    const dialog = page.getByRole("dialog", { name: "Evict a pod" });
    await dialog.getByRole("button", { name: "Evict pod" }).click();
    await dialog
      .getByText(
        /A disruption budget refuses to evict the pod: The disruption budget told-what-is-wrong needs 1 healthy pods/,
      )
      .waitFor();
    const name = /told-what-is-wrong-\S+/.exec((await dialog.textContent()) ?? "")?.[0] ?? "";
    await onKubernetes("DELETE", `/apis/policy/v1/namespaces/kepler-dev/poddisruptionbudgets/${SERVICE}`);
    await dialog.getByRole("button", { name: "Evict pod" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page
      .getByRole("row")
      .filter({ hasText: name })
      .waitFor({ state: "detached", ...TOLD });
  });
});
