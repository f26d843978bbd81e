import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Page } from "playwright-core";

const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds on this page, one line a finding; [] is what every page must give. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Straight into the page: a script element would meet our own Content-Security-Policy.
  await page.evaluate(await source);
  return page.evaluate(async () => {
    const run = Reflect.get(window, "axe") as {
      run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
    };
    const { violations } = await run.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}
