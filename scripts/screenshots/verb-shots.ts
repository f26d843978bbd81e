import { type Page } from "playwright-core";
import { type Shot, type Words } from "./shot.ts";
import { type Stage } from "./stage.ts";

/** What the menu of a service opens, and what a service that was retired leaves to be seen. */
export function verbShots(stage: Stage): Shot[] {
  const path = `/services/${stage.running}`;
  return [
    { name: "dialog-lease", path, prepare: chosen("control.verbs.lease") },
    { name: "dialog-clone", path, prepare: chosen("control.verbs.clone") },
    { name: "dialog-retire", path, prepare: retirementPlan },
    { name: "retirements", path: "/retirements" },
    { name: "retirement-proof", path: `/retirements/${stage.retirement}` },
  ];
}

const chosen = (item: string) => async (page: Page, words: Words) => {
  await page.getByRole("button", { name: words("service.actions.more"), exact: true }).click();
  await page.getByRole("menuitem", { name: words(item) }).click();
  await page.getByRole("dialog").waitFor();
};

async function retirementPlan(page: Page, words: Words): Promise<void> {
  await chosen("retire.open")(page, words);
  await page.getByRole("dialog").getByText("Deployment").first().waitFor();
}
