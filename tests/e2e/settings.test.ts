import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";
import { inBrowser, runService } from "./in-browser.ts";

const SERVICE = "settings-of-hello";
const VERIFIED = { timeout: 60_000 };

let kepler: RunningKepler;
let browser: Browser;
let person: Person;
let page: Page;

inBrowser(async (stage) => {
  ({ kepler, browser, person } = stage);
  page = person.page;
  await runService(stage, SERVICE);
});

const container = z.object({
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  resources: z.object({ limits: z.record(z.string(), z.string()) }),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
});
const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ deletionTimestamp: z.string().optional() }),
      spec: z.object({ containers: z.array(container) }),
    }),
  ),
});
const autoscaler = z.object({ spec: z.object({ minReplicas: z.number(), maxReplicas: z.number() }) });

async function fromKubernetes<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const { url, token } = kepler.sandbox("kubernetes");
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  return schema.parse(await answer.json());
}

/** What each pod that stays runs with, from the cluster itself. */
async function runningWith() {
  const selector = `labelSelector=app.kubernetes.io/name=${SERVICE}`;
  const { items } = await fromKubernetes(`/api/v1/namespaces/kepler-dev/pods?${selector}`, podList);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ spec }) => spec.containers)
    .map(({ env, resources, lifecycle }) => ({
      env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
      memory: resources.limits.memory,
      drain: lifecycle?.preStop.sleep.seconds ?? 0,
    }));
}

const settingsOf = (open: string) => `${kepler.url}/services/${SERVICE}/settings?open=${open}`;
const tab = (at: Page, name: string) =>
  at.getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name });
const field = (at: Page, name: string) => at.getByRole("textbox", { name, exact: true });
const releaseAs = (at: Page, number: number) =>
  at.getByRole("dialog").getByRole("button", { name: `Release as #${number}` });

async function addVariable(at: Page, name: string, value: string): Promise<void> {
  await at.getByRole("button", { name: "Add a variable" }).click();
  await at.getByRole("textbox", { name: "Name", exact: true }).last().fill(name);
  await at.getByRole("textbox", { name: `Value of ${name}` }).fill(value);
}

async function release(at: Page, number: number): Promise<void> {
  await releaseAs(at, number).click();
  await at.getByRole("dialog").getByText("What runs has been verified.").waitFor(VERIFIED);
  await at.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
}

// The steps of one story: each stands on the releases of those before.
describe("the settings of a service", () => {
  it("say at the field what cannot be, and send nothing", async () => {
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().includes("/releases")) sent.push(request.url());
    });
    await page.goto(settingsOf("ports,size"));
    await field(page, "Port").fill("70000");
    await page.getByText("At most 65,535").waitFor();
    await page.getByRole("radio", { name: "Custom" }).click();
    await field(page, "Memory limit").fill("lots");
    await page.getByText("A quantity such as").waitFor();
    await page.getByText("2 fields need you").waitFor();
    await page.getByText(/Used now, at most by any of 1 pod: .* Mi, measured/).waitFor();
    const button = page.getByRole("button", { name: "Preview and release…" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await button.click({ force: true });
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(sent).toEqual([]);
    await page.getByRole("button", { name: "Discard edits" }).click();
    await page.getByText("Nothing edited").waitFor();
  });

  it("keep what was typed while one looks elsewhere, and through a reload that was asked about", async () => {
    await page.goto(settingsOf("start"));
    await addVariable(page, "GREETING", "Good evening");
    await tab(page, "Logs").click();
    await page.waitForURL(/\/logs$/);
    await tab(page, "Settings").click();
    await page.getByText("1 change, not released yet").waitFor();
    const asked = page.waitForEvent("dialog").then(async (question) => {
      await question.accept();
      return question.type();
    });
    await page.reload();
    expect(await asked).toBe("beforeunload");
    await page.getByText("GREETING=Good evening").waitFor();
  });

  it("of several sections go out as one release, and pods run with them", async () => {
    await page.getByRole("button", { name: "Size of one pod" }).click();
    await page.getByRole("radio", { name: "Custom" }).click();
    await field(page, "Memory limit").fill("192Mi");
    await page.getByRole("button", { name: "Preview and release…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("GREETING=Good evening").waitFor();
    await dialog.getByText("192Mi").first().waitFor();
    await release(page, 2);
    expect(await runningWith()).toEqual([{ env: { GREETING: "Good evening" }, memory: "192Mi", drain: 0 }]);
    await page.getByText("Nothing edited").waitFor();
  });

  it("hand the number of pods to an autoscaler, by the small dialog", async () => {
    await page.getByRole("button", { name: "Scale", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: "By load" }).click();
    await field(page, "At least").fill("2");
    await field(page, "At most").fill("1");
    await dialog.getByText("At least is more than at most").waitFor();
    await field(page, "At most").fill("3");
    await dialog.getByText("HorizontalPodAutoscaler").first().waitFor();
    await release(page, 3);
    const path = `/apis/autoscaling/v2/namespaces/kepler-dev/horizontalpodautoscalers/${SERVICE}`;
    expect((await fromKubernetes(path, autoscaler)).spec).toMatchObject({ minReplicas: 2, maxReplicas: 3 });
  });

  it("show two people who change them at once both changes, and lose neither", async () => {
    const { peoplePassword } = z
      .object({ peoplePassword: z.string() })
      .parse(JSON.parse(await readFile(join(kepler.home, "secrets.json"), "utf8")));
    const lin = await signIn(browser, kepler, { username: "lin", password: peoplePassword });
    await page.goto(settingsOf("start,rollout"));
    await addVariable(page, "MINE", "1");
    await field(page, "Drain").fill("3");
    await page.getByRole("button", { name: "Preview and release…" }).click();
    await releaseAs(page, 4).waitFor();

    await lin.page.goto(settingsOf("start,rollout"));
    await addVariable(lin.page, "THEIRS", "2");
    await field(lin.page, "Drain").fill("4");
    await lin.page.getByRole("button", { name: "Preview and release…" }).click();
    await release(lin.page, 4);
    await lin.page.context().close();

    const conflict = page.getByRole("dialog").getByRole("region", { name: "Release #4 came in between" });
    await conflict.getByText("Lin Wei").waitFor();
    await conflict.getByText("MINE=1").waitFor();
    await conflict.getByText("THEIRS=2").waitFor();
    expect(await releaseAs(page, 4).getAttribute("aria-disabled")).toBe("true");
    const onTop = conflict.getByRole("button", { name: "Keep mine on top of #4" });
    expect(await onTop.getAttribute("aria-disabled")).toBe("true");
    await conflict.getByRole("radio", { name: "Yours: 3" }).click();
    await onTop.click();
    await release(page, 5);

    // The number is the autoscaler's, which looks every 15 seconds; it may want more than its two by now.
    await expect.poll(async () => (await runningWith()).length, { timeout: 40_000 }).toBeGreaterThanOrEqual(2);
    for (const pod of await runningWith())
      expect(pod).toEqual({ env: { GREETING: "Good evening", THEIRS: "2", MINE: "1" }, memory: "192Mi", drain: 3 });
  });

  it("can be read by those who may not change them, who are told why", async () => {
    const { peoplePassword } = z
      .object({ peoplePassword: z.string() })
      .parse(JSON.parse(await readFile(join(kepler.home, "secrets.json"), "utf8")));
    const omar = await signIn(browser, kepler, { username: "omar", password: peoplePassword });
    await omar.page.goto(settingsOf("start,rollout"));
    await omar.page.getByText("Your role in this team may not do this").first().waitFor();
    expect(await field(omar.page, "Drain").inputValue()).toBe("3");
    expect(await field(omar.page, "Drain").isEditable()).toBe(false);
    expect(await omar.page.getByRole("button", { name: "Add a variable" }).count()).toBe(0);
    await omar.page.context().close();
  });

  it("did all of that without a complaint", () => {
    expect(person.complaints).toEqual([]);
  });
});
