import { type Person } from "./person.ts";

/** Creates a service of the sandbox's sample of that name as a person would, and ends on its page. */
export async function createService({ page }: Person, sample: string): Promise<void> {
  await page.getByRole("link", { name: "Services" }).first().click();
  await page.getByRole("link", { name: "Create service" }).first().click();
  await page.getByLabel("GitLab project").fill(sample);
  await page.getByRole("option", { name: new RegExp(`${sample} `) }).click();
  await page.getByLabel("Branch or tag").click();
  await page.getByRole("option", { name: /^main/ }).click();
  await page.getByText("The name is free").waitFor();
  await page.getByRole("button", { name: "Next: Details" }).click();
  await page.getByText(/Found: /).waitFor();
  await page.getByRole("button", { name: "Next: Routes" }).click();
  await page.getByRole("button", { name: "Create and deploy" }).click();
  await page.waitForURL((url) => url.pathname === `/services/${sample}`);
}
