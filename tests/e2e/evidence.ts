import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, type Page } from "playwright-core";
import { type RunningKepler } from "#tests/world/kepler";

const TEXT_OF_PAGE = 3_000;
const LAST_COMPLAINTS = 20;
/** pino's numbers: 40 is a warning. */
const COMPLAINT = /"level":[456]0|"status":[45]\d\d/;

/** What every open page shows and what the server complained of: a failure of one run in a hundred cannot be asked again. */
export async function evidenceOf(browser: Browser, kepler: RunningKepler): Promise<string> {
  const pages = browser.contexts().flatMap((context) => context.pages());
  const log = await readFile(join(kepler.home, "logs", "web.log"), "utf8");
  const complaints = log.split("\n").filter((line) => COMPLAINT.test(line));
  return [...(await Promise.all(pages.map(shownOn))), ...complaints.slice(-LAST_COMPLAINTS)].join("\n\n");
}

async function shownOn(page: Page): Promise<string> {
  const text = await page.evaluate(() => document.body.innerText).catch((error: unknown) => String(error));
  // A dialog is the last thing in the body.
  const both =
    text.length > TEXT_OF_PAGE ? `${text.slice(0, TEXT_OF_PAGE / 2)} … ${text.slice(-TEXT_OF_PAGE / 2)}` : text;
  return `${page.url()} shows:\n${both}`;
}
