import { readFile } from "node:fs/promises";
import { type Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person } from "#tests/world/person";
import { waitFor } from "#tests/world/wait-for";
import { createService } from "#tests/world/wizard";
import { inBrowser } from "./in-browser.ts";
import { inCluster, onPage } from "./service-in-browser.ts";

const APP = "node-hello";
let kepler: RunningKepler;
let person: Person;
let kubernetes: Kubernetes;

inBrowser(async (stage) => {
  ({ kepler, person } = stage);
  kubernetes = createKubernetes({ kubeconfig: kepler.sandbox("kubernetes").kubeconfig });
  await createService(person, APP);
  await person.page.getByText("It runs.").waitFor({ timeout: 60_000 });
});
afterAll(() => {
  kubernetes?.close();
});

const { pods, podsBecome, deployment } = inCluster(() => kubernetes, APP);
const { dialog, openVerb, confirm, view, newest, verifiedAndClosed } = onPage(() => person, APP);

// Each verb from the click to the pods; they follow one another on one service, in one document.
describe("what can be done with a running service, in the browser", () => {
  it("restarts it, held in between: the cluster holds too, and both go on", async () => {
    const before = await pods();
    await openVerb("Restart…");
    await dialog().getByLabel("If it fails, go back to what ran before by itself").check();
    await confirm();
    await dialog().getByRole("button", { name: "Pause" }).click();
    await dialog().getByText("The rollout is paused.").waitFor();
    await dialog().getByText("paused it", { exact: false }).waitFor();
    await waitFor("a held Deployment", async () => JSON.stringify(await deployment()).includes('"paused":true'));
    await dialog().getByRole("button", { name: "Go on" }).click();
    await verifiedAndClosed();
    expect(await pods()).not.toEqual(before);
  });

  it("gives it more pods for a time, and takes them back when told that the time is over", async () => {
    await openVerb("Scale for a time…");
    await dialog().getByLabel("Replicas").fill("4");
    await confirm();
    await verifiedAndClosed();
    await podsBecome(4);
    await person.page.getByText(/4 replicas until .*, then 1\./).waitFor();
    const strip = person.page.getByRole("list", { name: "All pods at a glance" });
    await strip
      .getByRole("button", { name: /: Running/ })
      .nth(3)
      .waitFor();
    await strip.getByRole("button").first().click();
    await person.page
      .locator(":focus")
      .and(person.page.getByRole("button", { name: /^Show the containers of/ }))
      .waitFor();
    await person.page.getByRole("button", { name: "1 hour longer" }).click();
    await person.page.getByRole("button", { name: "End now" }).click();
    await podsBecome(1);
    await person.page.getByText(/4 replicas until/).waitFor({ state: "detached" });
  });

  it("stops it and starts it again with as many pods as before", async () => {
    await openVerb("Stop…");
    await confirm();
    await verifiedAndClosed();
    await podsBecome(0);
    await person.page.getByText("Paused").first().waitFor();
    await openVerb("Start again…");
    await dialog().getByText("1 pod starts").waitFor();
    await confirm();
    await verifiedAndClosed();
    await podsBecome(1);
  });

  it("deletes a pod after asking; another takes its place", async () => {
    const [doomed = ""] = await pods();
    await person.page.getByRole("button", { name: `More for ${doomed}` }).click();
    await person.page.getByRole("menuitem", { name: "Delete pod…" }).click();
    await dialog().getByText("It is the only pod that is ready", { exact: false }).waitFor();
    await dialog().getByRole("button", { name: "Delete pod" }).click();
    await waitFor("another pod", async () => {
      const now = await pods();
      return now.length === 1 && now[0] !== doomed;
    });
  });

  it("runs the same image in another environment", async () => {
    await openVerb("Clone to another environment…");
    await dialog().getByLabel("To", { exact: true }).selectOption({ label: "test" });
    await dialog().getByText("kepler-test/", { exact: false }).first().waitFor();
    await confirm();
    await verifiedAndClosed();
    expect(await pods("test")).toHaveLength(1);
  });

  it("hands out the objects that it applies", async () => {
    const [download] = await Promise.all([
      person.page.waitForEvent("download"),
      openVerb("Download the objects (YAML)"),
    ]);
    const yaml = await readFile(await download.path(), "utf8");
    expect(yaml).toContain("kind: Deployment");
    expect(yaml).toContain("namespace: kepler-dev");
  });

  it("finds releases by kind and by person, and keeps what is looked for in the address", async () => {
    const { page } = person;
    const views = page.getByRole("navigation", { name: "Views of this service" });
    await views.getByRole("link", { name: "Releases" }).click();
    await page.getByRole("button", { name: "Kind" }).click();
    await page.getByRole("menuitem", { name: "Restart" }).click();
    await page.getByRole("row", { name: /#2 / }).waitFor();
    // Until the answer is there, the list stays as it was.
    await expect.poll(() => page.getByRole("row", { name: /^.*#[0-9]+ / }).count(), { timeout: 10_000 }).toBe(1);
    expect(new URL(page.url()).searchParams.get("kind")).toBe("restart");
  });
});

const focusedName = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));

describe("a bad release, and the way back, in the browser", () => {
  it("goes back by itself after a release that cannot run", async () => {
    const { page } = person;
    const before = await pods();
    await view("Settings");
    await page.getByRole("button", { name: /^Start / }).click();
    for (const [i, word] of ["node", "-e", "process.exit(7)"].entries()) {
      await page.getByRole("button", { name: "Add", exact: true }).first().click();
      // Whoever adds a row writes in it next.
      await expect.poll(() => focusedName(page)).toBe(`Command ${i + 1}`);
      await page.keyboard.type(word);
    }
    await page.getByRole("button", { name: "Preview and release…" }).click();
    await dialog().getByLabel("If it fails, go back to what ran before by itself").check();
    await confirm();
    await dialog().getByText("What ran before is restored by", { exact: false }).waitFor({ timeout: 120_000 });
    await dialog().getByRole("button", { name: "Close" }).last().click();
    await view("Releases");
    await page.getByRole("row").filter({ hasText: "Kepler" }).first().getByText("Done").waitFor({ timeout: 60_000 });
    // The pods that ran before ran all the time.
    await waitFor("the failed pods to go", async () => (await pods()).join() === before.join(), 60_000);
  });

  it("holds the commit that a rollback of the image left, until somebody lifts the hold with a reason", async () => {
    const { page } = person;
    await page.getByRole("button", { name: "Build", exact: true }).click();
    await dialog().getByLabel("Branch or tag").fill("v1.0.0");
    await page.getByRole("option", { name: /^v1\.0\.0/ }).click();
    await dialog().getByRole("button", { name: "Start build" }).click();
    await page.waitForURL(/\/builds\/[0-9a-f-]+$/);
    await waitFor("the build", async () => (await newest("builds")).state === "succeeded", 60_000);
    await page.getByRole("button", { name: "Release", exact: true }).click();
    // The dialog proposes the newest build that the page has heard of: not before it is this one.
    await dialog().getByText("Commit", { exact: true }).waitFor();
    await confirm();
    await verifiedAndClosed();
    const released = await newest("releases");

    await view("Releases");
    await page.getByRole("button", { name: "Roll back to this…" }).first().click();
    await dialog().getByLabel("What comes back").selectOption({ label: "Only the image" });
    await dialog().getByText("Commit", { exact: true }).waitFor();
    await confirm();
    await verifiedAndClosed();
    expect(await newest("releases")).toMatchObject({ kind: "rollback", restoredPart: "image" });

    await page.getByRole("button", { name: "Release", exact: true }).click();
    const lift = dialog().getByRole("button", { name: "Lift the hold" });
    await lift.waitFor();
    const isRefused = () =>
      dialog()
        .getByRole("button", { name: /^Release/ })
        .last()
        .getAttribute("aria-disabled");
    await expect.poll(isRefused).toBe("true");
    await dialog().getByLabel("Why it may be released again").fill("The fault was elsewhere.");
    await lift.click();
    await lift.waitFor({ state: "detached" });
    await confirm();
    await verifiedAndClosed();
    expect((await newest("releases")).commitSha).toBe(released.commitSha);
  });

  it("brings back only the settings of an old release, with the image of now", async () => {
    const { page } = person;
    const { imageDigest } = await newest("releases");
    await view("Releases");
    await page.getByRole("button", { name: "Roll back to this…" }).last().click();
    await dialog().getByLabel("What comes back").selectOption({ label: "Only the settings" });
    await confirm();
    await verifiedAndClosed();
    expect(await newest("releases")).toMatchObject({ kind: "rollback", restoredPart: "settings", imageDigest });
  });

  it("compares two releases, also of two environments", async () => {
    const { page } = person;
    const pick = (row: number) =>
      page
        .getByRole("checkbox", { name: /^Compare #/ })
        .nth(row)
        .check();
    await view("Releases");
    await pick(1);
    await pick(2);
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    await page.getByRole("heading", { name: /^#\d+ compared with #\d+$/ }).waitFor();
    await page.getByText("Image digest").waitFor();

    await view("Releases");
    await page.getByRole("button", { name: "Where" }).click();
    await page.getByRole("menuitem", { name: "All environments" }).click();
    await page.getByRole("row").filter({ hasText: "test" }).first().getByRole("checkbox").check();
    await page.getByRole("row").filter({ hasText: "dev" }).first().getByRole("checkbox").check();
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    await page.getByRole("heading", { name: /^(dev|test) #\d+ compared with (dev|test) #\d+$/ }).waitFor();
  });
});

describe("a selection of services, in the browser", () => {
  it("is scaled", async () => {
    const { page } = person;
    await page.getByRole("link", { name: "Services" }).first().click();
    await page.getByRole("checkbox", { name: `Choose ${APP}` }).check();
    const chosen = page.getByRole("group", { name: "Chosen services" });
    await chosen.getByRole("button", { name: "Scale…" }).click();
    await dialog().getByLabel("Replicas of each").fill("2");
    await dialog().getByRole("button", { name: "Scale 1 service" }).click();
    await dialog().getByText("All have come to an end.").waitFor({ timeout: 60_000 });
    await dialog().getByRole("button", { name: "Close" }).last().click();
    await podsBecome(2);
  });

  it("is restarted, on one timeline", async () => {
    const { page } = person;
    const before = await pods();
    await page.getByRole("link", { name: "Services" }).first().click();
    await page.getByRole("checkbox", { name: `Choose ${APP}` }).check();
    const chosen = page.getByRole("group", { name: "Chosen services" });
    await chosen.getByRole("button", { name: "Restart…" }).click();
    await dialog().getByRole("button", { name: "Restart 1 service" }).click();
    await dialog().getByText("All have come to an end.").waitFor({ timeout: 60_000 });
    await dialog().getByRole("listitem").filter({ hasText: APP }).getByText("Done").waitFor();
    await dialog().getByRole("button", { name: "Close" }).last().click();
    expect(await pods()).not.toEqual(before);
  });

  it("has done all of that in one document, without a complaint", async () => {
    expect(await person.sameDocument()).toBe(true);
    expect(person.complaints).toEqual([]);
  });
});
