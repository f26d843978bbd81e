import { type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "#scripts/browser";
import { type RunningKepler, startKepler } from "#tests/world/kepler";
import { signIn } from "#tests/world/person";
import { createByApi } from "./create-by-api.ts";

const SERVICE = "settings-of-hello";

let kepler: RunningKepler;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  kepler = await startKepler();
  browser = await launchBrowser();
  const person = await signIn(browser, kepler);
  page = person.page;
  await createByApi(person, SERVICE);
  await page.goto(`${kepler.url}/services/${SERVICE}`);
  await page.getByText("It runs.").waitFor({ timeout: 90_000 });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await kepler?.stop();
});

const settingsOf = (open: string) => `${kepler.url}/services/${SERVICE}/settings?open=${open}`;
const tab = (at: Page, name: string) =>
  at.getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name });
const field = (at: Page, name: string) => at.getByRole("textbox", { name, exact: true });

async function addVariable(at: Page, name: string, value: string): Promise<void> {
  await at.getByRole("button", { name: "Add a variable" }).click();
  await at.getByRole("textbox", { name: "Name", exact: true }).last().fill(name);
  await at.getByRole("textbox", { name: `Value of ${name}` }).fill(value);
}

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
});
