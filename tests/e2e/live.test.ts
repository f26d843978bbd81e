import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Page } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { MOST_READ } from "#lib/logs/reading-places";
import { processOf } from "#scripts/bench/process-use";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person } from "#tests/world/person";
import { waitFor } from "#tests/world/wait-for";
import { inBrowser, runService } from "./in-browser.ts";

const SERVICE = "live-shop";
const WEB = /next-server|next\/dist\/bin\/next/;
const LINES = 100_000;
/** A hundred thousand lines at once, one of them an error with its trace; then one five times a second. */
const WRITER = `
  let n = 0;
  const more = () => {
    let text = "";
    for (const end = n + 5000; n < end; n++) {
      text += n === 77777 ? "ERROR no answer from the needle\\n" : n === 77778 ? "    at connect\\n" : "INFO line " + n + "\\n";
    }
    process.stdout.write(text, () => (n < ${LINES} ? more() : setInterval(() => console.log("INFO tick " + n++), 200)));
  };
  more();`;

let kepler: RunningKepler;
let person: Person;
let kubernetes: Kubernetes;
let app: { id: string; pod: string };

inBrowser(async (stage) => {
  ({ kepler, person } = stage);
  await runService(stage, SERVICE);
  kubernetes = createKubernetes({ kubeconfig: kepler.sandbox("kubernetes").kubeconfig });
  const { items } = await kubernetes.list(KINDS.pod, "kepler-dev", {
    labelSelector: `app.kubernetes.io/name=${SERVICE}`,
  });
  const [pod] = items;
  const id = pod?.metadata.labels?.["kepler.dev/app"];
  if (!pod || !id) throw new Error("the service has no pod");
  app = { id, pod: pod.metadata.name };
});
afterAll(() => kubernetes?.close());

/** One more pod of the service, with the same image and a program of its own. */
async function startPod(name: string, program: string): Promise<void> {
  const own = await kubernetes.get({ ...KINDS.pod, namespace: "kepler-dev", name: app.pod });
  const spec = own?.spec as { containers: { image: string }[] } | undefined;
  await kubernetes.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "kepler-dev",
      labels: {
        "app.kubernetes.io/managed-by": "kepler",
        "app.kubernetes.io/name": SERVICE,
        "kepler.dev/app": app.id,
        "kepler.dev/release": "1",
      },
    },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: SERVICE, image: spec?.containers[0]?.image, command: ["node", "-e", program] }],
    },
  });
}

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
const log = (page: Page) => page.getByRole("log");
const rowsInDocument = (page: Page) => page.locator("[role=log] [data-index]").count();

/** The numbers that the ticking pod's drawn lines have, once they have come so far. */
const ticksUpTo = (least: number): Promise<number[]> =>
  waitFor(`tick ${least}`, async () => {
    const texts = await person.page.locator("[role=log] [data-index]").allInnerTexts();
    const numbers = texts.map((text) => Number(/tick (\d+)/.exec(text)?.[1]));
    return (numbers.at(-1) ?? 0) >= least && numbers;
  });

it("shows a hundred thousand lines with some dozens of rows, searches, filters, jumps, and counts while paused", async () => {
  const { page, complaints } = person;
  await startPod("live-shop-writer", WRITER);
  await page.goto(`${kepler.url}/services/${SERVICE}/logs?pod=live-shop-writer&since=all`);
  await page.getByText(/Live, 100,000 lines/).waitFor();
  expect(await rowsInDocument(page)).toBeLessThan(150);
  await log(page)
    .getByText(/INFO tick \d+/)
    .last()
    .waitFor();

  await button(page, "Pause").click();
  await page.getByText(/Paused, [2-9]\d* new lines/).waitFor();
  // To the middle by hand: what is there is drawn, and nothing else.
  await log(page).evaluate((box) => box.scrollTo(0, 50_000 * 20));
  const drawn = await waitFor("the lines in the middle", async () => {
    const texts = await page.locator("[role=log] [data-index]").allInnerTexts();
    const numbers = texts.map((text) => Number(/line (\d+)/.exec(text)?.[1]));
    return numbers.some((number) => number > 49_000 && number < 52_000) && numbers;
  });
  expect(drawn.length).toBeLessThan(150);

  await page.getByLabel("Search in these lines").fill("the needle");
  await page.getByText("1 hit", { exact: true }).waitFor();
  await button(page, "Next hit").click();
  await log(page).locator("[data-current] mark").waitFor();
  await page.getByText("1 of 1", { exact: true }).waitFor();
  // The trace belongs to the error; among all lines both were in sight already.
  await page.getByText("Errors", { exact: true }).click();
  await expect.poll(() => rowsInDocument(page)).toBe(2);
  await log(page).getByText("at connect").waitFor();
  expect(new URL(page.url()).searchParams.get("level")).toBe("error");
  await page.getByText("All", { exact: true }).click();
  await page.getByLabel("Search in these lines").fill("");
  await log(page).getByRole("button", { pressed: false }).first().waitFor();
  await button(page, "Follow").first().click();
  await page.getByText(/Live, 100,000 lines/).waitFor();
  expect(complaints).toEqual([]);
});

it("goes on after a lost connection without a gap or a repeat, and says so", async () => {
  const { page, complaints } = person;
  await startPod("live-shop-ticker", `let n=0;setInterval(()=>console.log("tick "+n++),100)`);
  await page.goto(`${kepler.url}/services/${SERVICE}/logs?pod=live-shop-ticker`);
  await log(page).getByText("tick 5", { exact: true }).waitFor();
  const web = await processOf(kepler.home, WEB);
  process.kill(web, "SIGKILL");
  await page.getByText("Reconnecting; no line will be lost or repeated").waitFor();
  await page.getByText(/reconnected (once|\d+ times), nothing lost or repeated/).waitFor({ timeout: 60_000 });
  const numbers = await ticksUpTo(60);
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
  complaints.length = 0;
});

it("says why no more logs can be read at once, keeps the lines that it has, and goes on after them as soon as it may", async () => {
  const { page, complaints } = person;
  const [last = 0] = (await ticksUpTo(60)).slice(-1);
  await page.context().setOffline(true);
  await page.getByText("Reconnecting; no line will be lost or repeated").waitFor();
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const closing = new AbortController();
  const { signal } = closing;
  const others = Array.from({ length: MOST_READ }, () =>
    fetch(`${kepler.url}/api/apps/${SERVICE}/logs?environment=dev`, { headers: { cookie }, signal }),
  );
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));

  await page.context().setOffline(false);
  await page.getByText(`You are reading ${MOST_READ} logs at once, and more are not possible. Close`).waitFor();
  await page.getByText("Not followed; it goes on by itself as soon as it may").waitFor();
  expect(await ticksUpTo(last)).toContain(last);
  closing.abort();
  await button(page, "Try again").click();
  await page.getByText(/reconnected \d+ times, nothing lost or repeated/).waitFor();
  await button(page, "Try again").waitFor({ state: "detached" });
  const numbers = await ticksUpTo(last + 20);
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
  complaints.length = 0;
});

it("pins chosen lines, which are still there with their hash when the pod has gone", async () => {
  const { page } = person;
  await button(page, "Pause").click();
  const times = log(page).getByRole("button", { pressed: false });
  await times.first().click();
  await times.nth(2).click({ modifiers: ["Shift"] });
  await button(page, /^Pin \d+ lines as evidence$/).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Why").fill("INC-2291");
  await dialog.getByRole("button", { name: "Pin", exact: true }).click();
  await dialog.getByRole("link", { name: "Open the pinned lines" }).click();
  await page.getByText("the cluster gave the same lines").waitFor();
  await kubernetes.delete({ ...KINDS.pod, namespace: "kepler-dev", name: "live-shop-ticker" });
  await page.reload();
  await page.getByText("INC-2291").waitFor();
  const kept = await (
    await page.request.get(`${kepler.url}/api/apps/${SERVICE}/logs/pins/${page.url().split("/").at(-1)}`)
  ).json();
  const hash = await page.evaluate(async (text: string) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }, kept.text);
  await page.getByText(hash).waitFor();
  await page.getByRole("link", { name: "All pinned lines" }).click();
  await page.getByRole("link", { name: "INC-2291" }).waitFor();
});

it("follows the pods that were ticked, found by a part of their names, and so does whoever has the address", async () => {
  const { page } = person;
  const says = (text: string) => log(page).getByText(text, { exact: true }).first();
  for (const which of ["one", "two", "three"]) {
    await startPod(`live-shop-choice-${which}`, `setInterval(() => console.log("this is ${which}"), 200)`);
  }
  await page.goto(`${kepler.url}/services/${SERVICE}/logs`);
  await says("this is three").waitFor();
  await button(page, "Pods: All pods").click();
  const search = page.getByLabel("Search pods");
  await search.fill("CHOICE-one");
  await search.press("Enter");
  await search.fill("choice-t");
  await page.getByRole("option", { name: "live-shop-choice-two" }).click();
  await search.press("Escape");
  const picker = button(page, "Pods: 2 pods");
  await expect.poll(() => picker.evaluate((opener) => opener === document.activeElement)).toBe(true);
  expect(new URL(page.url()).searchParams.get("pod")).toBe("live-shop-choice-one,live-shop-choice-two");
  await page.reload();
  await says("this is one").waitFor();
  await says("this is two").waitFor();
  expect(await log(page).getByText("this is three").count()).toBe(0);
  await picker.click();
  await page.getByRole("option", { name: "All pods" }).click();
  await says("this is three").waitFor();
});

it("has its figures of the last hour on its page, and keeps both of two changes at once of what the charts show, and Back takes the last one back", async () => {
  const { page } = person;
  await page.goto(`${kepler.url}/services/${SERVICE}?environment=dev`);
  await page
    .getByRole("figure")
    .getByText(/Mi of 256 Mi/)
    .waitFor({ timeout: 60_000 });
  await page.goto(`${kepler.url}/services/${SERVICE}/metrics?environment=dev`);
  await page.getByRole("slider", { name: "CPU over time" }).waitFor({ timeout: 60_000 });
  // Within one turn of the page: what the first has changed is not drawn yet.
  await page.evaluate(() => {
    document.querySelector<HTMLElement>("input[type=radio][value=pods]")?.click();
    document.querySelector<HTMLElement>("button[aria-label='Zoom in']")?.click();
  });
  const address = () => Object.fromEntries(new URL(page.url()).searchParams);
  const zoomed = await waitFor("both in the address", () => "from" in address() && address());
  expect(zoomed).toMatchObject({ environment: "dev", view: "pods", from: expect.any(String) });
  await button(page, "Back to now").waitFor();
  await page.goBack();
  await button(page, "Back to now").waitFor({ state: "detached" });
  expect(address()).toEqual({ environment: "dev", view: "pods" });
  await page.getByRole("slider", { name: "CPU over time" }).waitFor();
});

it("comes back by itself after web, worker, database and network were gone, says how old it is, and shows what happened meanwhile", async () => {
  const { page, complaints } = person;
  const idle = "setInterval(() => undefined, 1e6)";
  const age = page.getByRole("status").getByText(/^Not live for /);
  const shown = (pod: string) => page.getByRole("cell", { name: pod }).first().waitFor({ timeout: 60_000 });
  const kill = async (command: RegExp) => process.kill(await processOf(kepler.home, command), "SIGKILL");
  await page.goto(`${kepler.url}/services/${SERVICE}?environment=dev`);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await shown(app.pod);

  await kill(WEB);
  await age.waitFor();
  await startPod("live-shop-without-web", idle);
  await shown("live-shop-without-web");

  await kill(/worker\/main\.ts/);
  await startPod("live-shop-without-worker", idle);
  await shown("live-shop-without-worker");

  const postmaster = await readFile(join(kepler.home, "postgres", "postmaster.pid"), "utf8");
  process.kill(Number.parseInt(postmaster, 10), "SIGKILL");
  await age.waitFor();
  await startPod("live-shop-without-database", idle);
  await shown("live-shop-without-database");

  await page.context().setOffline(true);
  await age.waitFor();
  await startPod("live-shop-without-network", idle);
  await page.context().setOffline(false);
  await shown("live-shop-without-network");

  await age.waitFor({ state: "detached" });
  expect(await person.sameDocument()).toBe(true);
  expect(complaints.filter((text) => !text.startsWith("Failed to load resource: "))).toEqual([]);
  complaints.length = 0;
});
