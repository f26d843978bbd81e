import { afterAll, describe, expect, it } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { valueAt } from "#lib/releases/ownership-rules";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person } from "#tests/world/person";
import { inBrowser, runService } from "./in-browser.ts";

const SERVICE = "drifting";
let kepler: RunningKepler;
let person: Person;
/** Somebody at a terminal, beside Kepler. */
let kubectl: Kubernetes;

inBrowser(async (stage) => {
  ({ kepler, person } = stage);
  kubectl = createKubernetes({ kubeconfig: kepler.sandbox("kubernetes").kubeconfig, fieldManager: "kubectl" });
  await runService(stage, SERVICE);
});
afterAll(() => {
  kubectl?.close();
});

const deployment = { ...KINDS.deployment, namespace: "kepler-dev", name: SERVICE };
const scaleByHand = (replicas: number) =>
  kubectl.mergePatch(deployment, { spec: { replicas } }, { subresource: "scale" });
const replicas = async () => valueAt(await kubectl.get(deployment), ".spec.replicas");
const panel = () =>
  person.page.locator("section", { has: person.page.getByRole("heading", { name: "Changed by hand" }) });

async function confirm(number: number): Promise<void> {
  const dialog = person.page.getByRole("dialog");
  await dialog.getByRole("button", { name: `Release as #${number}` }).click();
  await dialog.getByText("What runs has been verified.").waitFor({ timeout: 60_000 });
  await dialog.getByRole("button", { name: "Close" }).last().click();
}

describe("what somebody changes with kubectl, in the browser", () => {
  it("appears on the service's page without a reload, with who and from what to what", async () => {
    await person.page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await scaleByHand(2);
    await panel().getByText("kubectl changed Replicas from 1 to 2").waitFor();
  });

  it("is kept: the Spec has it, and nothing is said to be changed any more", async () => {
    await panel().getByRole("button", { name: "Keep…" }).click();
    await person.page.getByRole("dialog").getByText("What will change").waitFor();
    await confirm(2);
    await panel().waitFor({ state: "detached" });
    expect(await replicas()).toBe(2);
  });

  it("is undone: the cluster is as before", async () => {
    await scaleByHand(3);
    await panel().getByRole("button", { name: "Undo…" }).click();
    await confirm(3);
    await panel().waitFor({ state: "detached" });
    expect(await replicas()).toBe(2);
  });

  it("stands in the way of another change until somebody decides", async () => {
    await scaleByHand(1);
    await panel().waitFor();
    await person.page.getByRole("button", { name: "More actions" }).click();
    await person.page.getByRole("menuitem", { name: "Restart…" }).click();
    const dialog = person.page.getByRole("dialog");
    await dialog.getByText("kubectl changed Replicas from 2 to 1").waitFor();
    await expect
      .poll(() => dialog.getByRole("button", { name: "Release as #4" }).getAttribute("aria-disabled"))
      .toBe("true");
    await dialog.getByRole("radio", { name: "Take the field over" }).click();
    await confirm(4);
    expect(await replicas()).toBe(2);
    expect(await person.sameDocument()).toBe(true);
    expect(person.complaints).toEqual([]);
  });
});
