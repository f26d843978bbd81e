import { type Page } from "playwright-core";
import { type Shot, type Words } from "./shot.ts";

/** What an environment's gateways carry, and what is changed for several services at once. */
export function gatewayShots(): Shot[] {
  return [
    { name: "gateways", path: "/gateways" },
    { name: "gateways-viewer", path: "/gateways", as: "omar" },
    { name: "dialog-domain", path: "/gateways", prepare: pressed("domains.allow") },
    { name: "dialog-gateway-move", path: "/gateways", prepare: pressed("gateways.here") },
    { name: "dialog-bulk-mesh", path: "/services", prepare: allIntoTheMesh },
  ];
}

const pressed = (button: string) => async (page: Page, words: Words) => {
  await page
    .getByRole("button", { name: words(button), exact: true })
    .and(page.locator(":not([aria-disabled=true])"))
    .first()
    .click();
  await page.getByRole("dialog").waitFor();
};

/** Services are chosen in the table, which a phone has no room for. */
async function allIntoTheMesh(page: Page, words: Words): Promise<void> {
  const boxes = page.locator("tbody input[type=checkbox]:enabled");
  if ((await boxes.count()) === 0 || !(await boxes.first().isVisible())) return;
  for (const box of await boxes.all()) await box.click();
  await pressed("control.bulk.mesh")(page, words);
  await page.getByRole("dialog").getByRole("listitem").first().waitFor();
}
