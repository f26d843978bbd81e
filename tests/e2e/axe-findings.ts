import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Page } from "playwright-core";

const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds on this page, one line a finding; [] is what every page must give. */
export async function axeFindings(page: Page): Promise<string[]> {
  await atRest(page);
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

/** Half-faded text has no contrast: waits until nothing that ends has moved for some frames. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const isMoving = (animation: Animation) =>
      animation.playState === "running" && animation.effect?.getComputedTiming().iterations !== Infinity;
    for (let still = 0; still < 10; still = document.getAnimations().some(isMoving) ? 0 : still + 1) {
      await new Promise(requestAnimationFrame);
    }
  });
}
