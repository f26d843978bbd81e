import { afterAll, describe, expect, it } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { makeDeployment } from "#tests/world/found-deployment";
import { type Person } from "#tests/world/person";
import { axeFindings } from "./axe-findings.ts";
import { inBrowser } from "./in-browser.ts";

const FOUND = "old-shop";
const HELMS = "charted";
const SERVING = ["node", "-e", 'require("http").createServer((q,s)=>s.end("old")).listen(8080)'];
const GONE_WITHIN_MS = 60_000;

let person: Person;
let url: string;
let kubernetes: Kubernetes;
let found: string[];

inBrowser(async (stage) => {
  person = stage.person;
  url = stage.kepler.url;
  const systems = { kubernetes: stage.kepler.sandbox("kubernetes"), registry: stage.kepler.sandbox("registry") };
  kubernetes = createKubernetes({ kubeconfig: systems.kubernetes.kubeconfig, fieldManager: "kubectl" });
  await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kepler-dev" } });
  await makeDeployment(systems, { name: FOUND, replicas: 1, cmd: SERVING });
  await makeDeployment(systems, {
    name: HELMS,
    replicas: 1,
    cmd: SERVING,
    labels: { "app.kubernetes.io/managed-by": "Helm" },
  });
  found = await pods();
});
afterAll(() => kubernetes?.close());

const deployment = () => kubernetes.get({ ...KINDS.deployment, namespace: "kepler-dev", name: FOUND });
const allPods = async () =>
  (await kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector: `app=${FOUND}` })).items.map(
    ({ metadata }) => metadata,
  );
const pods = async (): Promise<string[]> =>
  (await allPods()).filter(({ deletionTimestamp }) => !deletionTimestamp).map(({ name }) => name);
const dialog = () => person.page.getByRole("dialog");

// One story: what ran before Kepler, from the list to the proof that it is gone.
describe("a Deployment that runs already, in the browser", () => {
  it("is listed with what can be imported, and with why another cannot", async () => {
    const { page } = person;
    await page.goto(`${url}/services`);
    await page.getByRole("link", { name: "Import…" }).click();
    await page.getByText(`${HELMS} is managed by Helm`, { exact: false }).waitFor();
    expect(await page.getByRole("button", { name: `Import… ${HELMS}` }).count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  it("shows how it is read, what changes and what stays, before anything is touched", async () => {
    const { page } = person;
    const before = await deployment();
    await page.getByRole("button", { name: `Import… ${FOUND}` }).click();
    await dialog().getByText("No pod is restarted.").waitFor();
    await dialog().getByText("MODE=old").waitFor();
    await dialog().getByText('.env[name="WHERE"]', { exact: false }).waitFor();
    await dialog()
      .getByRole("button", { name: new RegExp(`Deployment kepler-dev/${FOUND} changed`) })
      .first()
      .click();
    await dialog()
      .getByRole("group", { name: `Deployment kepler-dev/${FOUND}` })
      .first()
      .getByText("kepler.dev/app", { exact: false })
      .first()
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(await deployment()).toEqual(before);
  });

  it("becomes a service when confirmed: its page shows the pods that ran before", async () => {
    const { page } = person;
    await dialog().getByLabel("Reason (optional)").fill("Taken in.");
    await dialog().getByRole("button", { name: "Import as a service" }).click();
    await page.waitForURL(`${url}/services/${FOUND}`);
    await page.getByText("1 of 1 ready").waitFor({ timeout: 30_000 });
    await page
      .getByText(found[0] ?? "", { exact: false })
      .first()
      .waitFor();
    await page.getByText("none: imported").waitFor();
    expect(await pods()).toEqual(found);
  });

  it("is scaled like any other, and nothing restarts", async () => {
    const { page } = person;
    await page.getByRole("button", { name: "Scale", exact: true }).click();
    await dialog().getByLabel("Replicas").fill("2");
    await dialog().getByRole("button", { name: "Release as #2" }).click();
    await dialog().getByText("What runs has been verified.").waitFor({ timeout: 60_000 });
    await dialog().getByRole("button", { name: "Close" }).last().click();
    const now = await pods();
    expect(now).toHaveLength(2);
    expect(now).toEqual(expect.arrayContaining(found));
    // The new pod has no label of Kepler's either: the watch knows it by what keeps it.
    await page.getByText("2 of 2 ready").waitFor({ timeout: 30_000 });
  });

  it("says in the plan of its retirement that it was there before, and goes", async () => {
    const { page } = person;
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Retire…" }).click();
    await dialog().getByText("This service was imported", { exact: false }).waitFor();
    await dialog().getByLabel("Reason").fill("The trial is over.");
    await dialog().getByLabel(`Type ${FOUND} to confirm`).fill(FOUND);
    // From here on a page may ask, in the same moment, for what has just gone: the browser's console then says 404.
    expect(person.complaints).toEqual([]);
    await dialog().getByRole("button", { name: "Retire", exact: true }).click();
    await dialog().getByText("Looked again at every system").waitFor({ timeout: GONE_WITHIN_MS });
    // Its pods carry no label of Kepler's, and have gone all the same before it is said.
    expect(await allPods()).toEqual([]);
    expect(await deployment()).toBeNull();
  });
});
