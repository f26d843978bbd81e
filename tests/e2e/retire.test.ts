import { readFile } from "node:fs/promises";
import { type Browser } from "playwright-core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";
import { axeFindings } from "./axe-findings.ts";
import { createByApi } from "./create-by-api.ts";
import { inBrowser, runService } from "./in-browser.ts";
import { overflow } from "./overflow.ts";

const SERVICE = "short-lived";
const GONE_WITHIN_MS = 90_000;

let kepler: RunningKepler;
let browser: Browser;
let person: Person;
inBrowser(async (stage) => {
  ({ kepler, browser, person } = stage);
  await runService(stage, SERVICE);
});

/** What the systems themselves say that there is of the service: GitLab hooks, Jenkins jobs, tags, Kubernetes objects. */
async function inSystems(): Promise<string[]> {
  const [gitlab, jenkins, registry] = [kepler.sandbox("gitlab"), kepler.sandbox("jenkins"), kepler.sandbox("registry")];
  const read = async <T>(url: string, headers: Record<string, string>, schema: z.ZodType<T>): Promise<T | null> => {
    const answer = await fetch(url, { headers });
    return answer.status === 404 ? null : schema.parse(await answer.json());
  };
  const basic = ({ user, token }: { user: string; token: string }) => ({
    authorization: `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`,
  });
  const project = encodeURIComponent("samples/node-hello");
  const hooks = await read(
    `${gitlab.url}/api/v4/projects/${project}/hooks`,
    { "private-token": gitlab.token },
    z.array(z.object({ url: z.string() })),
  );
  const job = await read(`${jenkins.url}/job/kepler-${SERVICE}/api/json`, basic(jenkins), z.object({}));
  const tags = await read(
    `${registry.url}/v2/${SERVICE}/tags/list`,
    basic(registry),
    z.object({ tags: z.array(z.string()).nullable() }),
  );
  const kubernetes = createKubernetes({ kubeconfig: kepler.sandbox("kubernetes").kubeconfig });
  const { deployment, replicaSet, pod, service, serviceAccount, ingress } = KINDS;
  const lists = await Promise.all(
    [deployment, replicaSet, pod, service, serviceAccount, ingress].map((kind) => kubernetes.list(kind, null)),
  );
  kubernetes.close();
  const objects = lists.flatMap(({ items }) => items.filter(({ metadata }) => metadata.name.startsWith(SERVICE)));
  return [
    ...(hooks ?? []).map(() => "hook"),
    ...(job ? ["job"] : []),
    ...(tags?.tags ?? []).map(() => "image"),
    ...objects.map(({ kind }) => kind),
  ];
}

// The steps of one story: each stands on the one before.
describe("from click to proof, in the browser", () => {
  it("shows what will go, and touches nothing before the name is typed", async () => {
    const { page } = person;
    const before = await inSystems();
    expect([...before].sort()).toEqual(
      ["Deployment", "Pod", "ReplicaSet", "Service", "ServiceAccount", "hook", "image", "job"].sort(),
    );
    await page.getByRole("button", { name: "More actions", exact: true }).click();
    await page.getByRole("menuitem", { name: "Retire…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("What will be removed").waitFor();
    for (const word of ["Deployment", "Service", "Webhook", "Pipeline job", "1 image", "1 pod stops"]) {
      await dialog.getByText(word, { exact: false }).first().waitFor();
    }
    // What may be kept is asked before the name: the dialog begins there, also when it is known later than the rest.
    const keep = dialog.getByLabel("Keep its image");
    await expect.poll(() => keep.evaluate((box) => box === document.activeElement)).toBe(true);
    await dialog.getByLabel("Reason").fill("The trial is over.");
    await dialog.getByLabel("Type short-lived to confirm").fill("short-live");
    await dialog.getByTitle("Type short-lived first").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(await inSystems()).toEqual(before);
    // From the confirmation on a page may ask, in the same moment, for what has just gone: the console then says 404.
    expect(person.complaints).toEqual([]);
  });

  it("becomes the live timeline once confirmed, and ends with nothing left anywhere", async () => {
    const { page } = person;
    const dialog = page.getByRole("dialog");
    const others = await page.context().newPage();
    await others.goto(`${kepler.url}/services/${SERVICE}`);
    await others.getByText("What runs").first().waitFor();
    await dialog.getByLabel("Type short-lived to confirm").fill(SERVICE);
    await dialog.getByRole("button", { name: "Retire", exact: true }).click();
    await dialog.getByRole("list", { name: "Steps" }).waitFor();
    await dialog.getByText("Looked again at every system").waitFor({ timeout: GONE_WITHIN_MS });
    expect(await inSystems()).toEqual([]);
    // Whoever else looks at it is told, and not shown what is not there any more.
    await others.getByText("This service was retired.").waitFor();
    expect(await others.getByText("What runs").count()).toBe(0);
    await others.close();
  });

  it("leads to the proof, which names every object and when it was looked for", async () => {
    const { page } = person;
    await page.getByRole("dialog").getByRole("button", { name: "Open the proof" }).click();
    await page.waitForURL(/\/retirements\/[0-9a-f-]{36}$/);
    await page.getByText("Nothing of short-lived is left that was to go.").waitFor();
    for (const system of ["Kubernetes · ", "GitLab", "Jenkins", "Registry"]) {
      await page.getByRole("heading", { name: system, exact: false }).first().waitFor();
    }
    await page.getByText("Absent", { exact: true }).first().waitFor();
    expect(await page.getByText("Absent", { exact: true }).count()).toBe(6);
    const size = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflow(page)).toEqual([]);
    if (size) await page.setViewportSize(size);
    expect(await axeFindings(page)).toEqual([]);
  });

  it("is found among the retired by everybody in its team, and nowhere else", async () => {
    const { peoplePassword } = z
      .object({ peoplePassword: z.string() })
      .parse(JSON.parse(await readFile(`${kepler.home}/secrets.json`, "utf8")));
    const omar = await signIn(browser, kepler, { username: "omar", password: peoplePassword });
    await omar.page.goto(`${kepler.url}/retirements`);
    await omar.page.getByRole("link", { name: SERVICE }).click();
    await omar.page.getByText("Nothing of short-lived is left that was to go.").waitFor();
    // The old address leads there too.
    await omar.page.goto(`${kepler.url}/services/${SERVICE}`);
    await omar.page.getByText("Nothing of short-lived is left that was to go.").waitFor();
    await omar.page.context().close();
    const sam = await signIn(browser, kepler, { username: "sam", password: peoplePassword });
    await sam.page.goto(`${kepler.url}/retirements`);
    await sam.page.getByText("No retired services").waitFor();
    await sam.page.goto(`${kepler.url}/services/${SERVICE}`);
    await sam.page.getByText("There is no such page, or you may not know that there is.").waitFor();
    await sam.page.context().close();
  });

  it("gives the name back: a new service runs under it", async () => {
    const { page } = person;
    await createByApi(person, SERVICE);
    // In the same tab, which has not forgotten the one that has gone.
    await page.getByRole("link", { name: "Services", exact: true }).click();
    await page.getByRole("link", { name: SERVICE, exact: true }).click();
    await page.getByText("It runs.").waitFor({ timeout: 90_000 });
  });
});
