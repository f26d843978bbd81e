import { readFile } from "node:fs/promises";
import { type Browser, type Page } from "playwright-core";
import { expect, it } from "vitest";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";
import { waitFor } from "#tests/world/wait-for";
import { inBrowser, runService } from "./in-browser.ts";

const SERVICE = "terminal-shop";

let kepler: RunningKepler;
let browser: Browser;
let person: Person;
inBrowser(async (stage) => {
  ({ kepler, browser, person } = stage);
  await runService(stage, SERVICE);
});

const peoplePassword = async (): Promise<string> =>
  JSON.parse(await readFile(`${kepler.home}/secrets.json`, "utf8")).peoplePassword;
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
/** What stands on the screen; xterm draws each line as an element. */
const onScreen = (page: Page) => page.locator(".xterm-rows").first().innerText();
const see = (page: Page, words: RegExp) =>
  waitFor(`the screen to show ${words}`, async () => words.test((await onScreen(page)).replaceAll("\u00a0", " ")));

it("opens a shell through the console's own address, speaks Chinese, ends with its exit code and is replayed", async () => {
  const { page, complaints } = person;
  await page.getByRole("link", { name: "Terminal", exact: true }).click();
  await button(page, "Open terminal").click();
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.keyboard.type("echo 你好 $((6*7))\n");
  await see(page, /你好 42/);

  // A second one beside it; the first goes on.
  await button(page, "New terminal").click();
  await page.getByLabel("Reason (optional)").fill("INC-2291");
  await button(page, "Open terminal").click();
  await page.getByText("Reason: INC-2291").waitFor();
  await button(page, `Close ${await page.getByRole("button", { pressed: true }).first().getAttribute("title")}`)
    .last()
    .click();

  await page.locator(".xterm:visible").click();
  await page.keyboard.type("exit 3\n");
  await page.getByText("Ended with exit code 3.").waitFor();
  await button(page, "Open again").click();
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.reload();

  const row = page.getByRole("row", { name: /exit code 3/ });
  await row.getByRole("link", { name: "Replay" }).click();
  await see(page, /你好 42/);
  await page.getByLabel("Search in the recording").fill("你好 42");
  await page.getByText("1 hit", { exact: true }).waitFor();
  await page.getByText("8×").click();
  await button(page, "Play").click();
  await see(page, /exit 3/);
  expect(complaints).toEqual([]);
});

it("waits, where the environment asks for it, until another operator agrees, and then opens by itself", async () => {
  const { page } = person;
  await page.goto(`${kepler.url}/services/${SERVICE}/terminal`);
  await button(page, "Change").click();
  await page.getByRole("radio", { name: /^With approval/ }).click();
  await button(page, "Save").click();
  await page.getByText("Terminals in dev: with approval, for 120 minutes at most.").waitFor();
  await page.getByLabel("Reason", { exact: true }).fill("INC-7");
  await button(page, "Ask for a terminal").click();
  await page.getByText("It has to be agreed to by another operator or manager").waitFor();

  const priya = await signIn(browser, kepler, { username: "priya", password: await peoplePassword() });
  const need = priya.page.getByRole("listitem").filter({ hasText: "asks for a terminal: INC-7" });
  await need.getByRole("link", { name: "Decide" }).click();
  await button(priya.page, "Agree").click();

  await page.getByText("Connected", { exact: true }).waitFor();
  await page.keyboard.type("echo $((40+2))\n");
  await see(page, /^42/m);
  await priya.page.context().close();
  // Leaves a shell open: what the environment asks next holds for it as well.
  await button(page, "New terminal").click();
  await button(page, "Change").click();
  await page.getByRole("radio", { name: /^Off/ }).click();
  await button(page, "Save").click();
  await page.getByText("Terminals are switched off in dev").waitFor();
  await page.getByRole("button", { pressed: false }).filter({ hasText: SERVICE }).click();
  await page.getByText("Ended: the right to it was taken away.").waitFor();
});

it("tells those who may not why, and leaves them the rest of the page", async () => {
  const omar = await signIn(browser, kepler, { username: "omar", password: await peoplePassword() });
  await omar.page.goto(`${kepler.url}/services/${SERVICE}/terminal`);
  await omar.page.getByText("You may not open a terminal here").waitFor();
  await omar.page.getByRole("link", { name: "Logs" }).waitFor();
  await omar.page.context().close();
});
