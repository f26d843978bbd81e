import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";
import { axeFindings } from "./axe-findings.ts";
import { inBrowser, runService } from "./in-browser.ts";

const SERVICE = "configured-hello";
const PASSWORD = "correct-horse-battery-staple";
const VERIFIED = { timeout: 60_000 };
/** Says what reached it: a variable of each kind, and a file. */
const SHOWING =
  'const fs=require("fs");require("http").createServer((q,s)=>s.end([process.env.LEVEL,process.env.DB_PASSWORD,' +
  'fs.existsSync("/run/web/LEVEL")].join(" "))).listen(8080)';

let kepler: RunningKepler;
let browser: Browser;
let person: Person;
let page: Page;

inBrowser(async (stage) => {
  ({ kepler, browser, person } = stage);
  page = person.page;
  await runService(stage, SERVICE, { command: ["node", "-e", SHOWING] });
});

const listed = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({ podIP: z.string().optional() }).optional(),
    }),
  ),
});
async function objectsOf(plural: "pods" | "configmaps" | "secrets") {
  const { url, token } = kepler.sandbox("kubernetes");
  const path = `/api/v1/namespaces/kepler-dev/${plural}?labelSelector=app.kubernetes.io/name=${SERVICE}`;
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  const { items } = listed.parse(await answer.json());
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}
/** What the pod answers over HTTP, as any visitor would hear it. */
async function answer(): Promise<string> {
  const [pod] = await objectsOf("pods");
  return (await fetch(`http://${pod?.status?.podIP}:8080/`)).text();
}

const configOf = (set = "") => `${kepler.url}/services/${SERVICE}/config${set === "" ? "" : `?set=${set}`}`;
const button = (at: Page, name: string) => at.getByRole("button", { name, exact: true });
const box = (at: Page, name: string) => at.getByRole("textbox", { name, exact: true });

async function create(kind: "Configuration" | "Secret", name: string, key: string, value: string): Promise<void> {
  await button(page, "New set…").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(kind, { exact: true }).click();
  await box(page, "Name of the set").fill(name);
  await box(page, "Key").fill(key);
  await box(page, `Value of ${key}`).fill(value);
  await button(page, "Save as version 1").click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("heading", { name: `Versions of ${name}` }).waitFor();
}

async function edit(at: Page, key: string, value: string): Promise<void> {
  await button(at, "Edit…").click();
  await box(at, `Value of ${key}`).fill(value);
}

async function release(number: number): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: `Release as #${number}` }).click();
  await dialog.getByText("What runs has been verified.").waitFor(VERIFIED);
  await dialog.getByRole("button", { name: "Close" }).last().click();
}

async function colleague(username: string): Promise<Person> {
  const { peoplePassword } = z
    .object({ peoplePassword: z.string() })
    .parse(JSON.parse(await readFile(join(kepler.home, "secrets.json"), "utf8")));
  return signIn(browser, kepler, { username, password: peoplePassword });
}

// The steps of one story: each stands on what those before have saved and released.
describe("configuration of a service", () => {
  it("is saved in versions, and changes nothing that runs", async () => {
    await page.goto(`${kepler.url}/services/${SERVICE}`);
    await page.getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name: "Config" }).click();
    await page.getByText("No configuration in dev").waitFor();
    await create("Configuration", "web", "LEVEL", "info");
    await create("Secret", "db", "password", PASSWORD);
    expect(await page.content()).not.toContain(PASSWORD);
    expect(await objectsOf("configmaps")).toEqual([]);
    expect(await answer()).toBe("  false");
  });

  it("reaches the pods by a release, as variables and files, secrets without being shown", async () => {
    await page.goto(configOf("config/web"));
    await button(page, "Add a use").click();
    await button(page, "Add a use").click();
    await page.getByRole("combobox", { name: "Used as" }).last().selectOption("files");
    await box(page, "Directory").fill("/run/web");
    await page.goto(configOf("secret/db"));
    await button(page, "Add a use").click();
    await page.getByRole("combobox", { name: "Used as" }).selectOption("variable");
    await box(page, "Name of the variable").fill("DB_PASSWORD");
    await button(page, "Preview and release…").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("web v1 → /run/web/*").waitFor();
    await dialog.getByText("db v1 → DB_PASSWORD (password)").waitFor();
    await dialog.getByRole("heading", { name: /Secret db/ }).waitFor();
    expect(await dialog.innerHTML()).not.toContain(PASSWORD);
    await release(2);
    expect(await answer()).toBe(`info ${PASSWORD} true`);
  });

  it("of another version is compared line by line before it is released, and proven after", async () => {
    await page.goto(configOf("config/web"));
    expect(await axeFindings(page)).toEqual([]);
    await edit(page, "LEVEL", "debug");
    await button(page, "Save as version 2").click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.getByText("v1", { exact: true }).first().waitFor();
    expect(await answer()).toBe(`info ${PASSWORD} true`);
    await button(page, "Release v2…").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { name: "Configuration web v1 → v2" }).waitFor();
    const lines = dialog.getByRole("group", { name: "LEVEL", exact: true });
    await lines.getByText("info").waitFor();
    await lines.getByText("debug").waitFor();
    await release(3);
    expect(await answer()).toBe(`debug ${PASSWORD} true`);
    expect((await objectsOf("configmaps")).map(({ metadata }) => metadata.name)).toEqual([`${SERVICE}.web.v2`]);
    await page.goto(`${kepler.url}/services/${SERVICE}/releases`);
    await page.getByRole("table").getByRole("link", { name: "#3", exact: true }).click();
    await page.getByText(/1 of 1 pod runs release 3.*with web v2, db v1/).waitFor();
  });

  it("edited by two people at once shows the second both changes, and loses neither", async () => {
    const lin = await colleague("lin");
    await page.goto(configOf("config/web"));
    await edit(page, "LEVEL", "mine");
    await lin.page.goto(configOf("config/web"));
    await edit(lin.page, "LEVEL", "theirs");
    await button(lin.page, "Add a key").click();
    await box(lin.page, "Key").last().fill("MODE");
    await box(lin.page, "Value of MODE").fill("fast");
    await button(lin.page, "Save as version 3").click();
    await lin.page.getByRole("dialog").waitFor({ state: "hidden" });
    await lin.page.context().close();

    await button(page, "Save as version 3").click();
    const conflict = page.getByRole("region", { name: "Version 3 was saved while you were editing" });
    await conflict.getByText("Lin Wei").waitFor();
    await conflict.getByText("theirs", { exact: true }).waitFor();
    await conflict.getByText("mine", { exact: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await conflict.getByRole("radio", { name: "Take mine" }).click();
    await conflict.getByRole("button", { name: "Put mine on top of version 3" }).click();
    expect(await box(page, "Value of LEVEL").inputValue()).toBe("mine");
    expect(await box(page, "Value of MODE").inputValue()).toBe("fast");
    await button(page, "Save as version 4").click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await button(page, "Release v4…").waitFor();
  });

  it("can be read by those who may not change it, secrets by their keys alone", async () => {
    const omar = await colleague("omar");
    await omar.page.goto(configOf("secret/db"));
    await omar.page.locator("code", { hasText: "password" }).waitFor();
    expect(await omar.page.content()).not.toContain(PASSWORD);
    expect(await button(omar.page, "New set…").getAttribute("aria-disabled")).toBe("true");
    expect(await button(omar.page, "Edit…").getAttribute("aria-disabled")).toBe("true");
    expect(await axeFindings(omar.page)).toEqual([]);
    await omar.page.context().close();
  });

  it("did all of that without a complaint but for the conflict that was to be", () => {
    expect(person.complaints.filter((text) => !text.includes("409"))).toEqual([]);
  });
});
