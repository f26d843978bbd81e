import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person } from "#tests/world/person";
import { createService } from "#tests/world/wizard";
import { inBrowser } from "./in-browser.ts";

const RUNNING_WITHIN_MS = 30_000;
const git = (cwd: string, ...args: string[]) =>
  promisify(execFile)("git", ["-c", "user.name=Lin", "-c", "user.email=lin@example.com", ...args], { cwd });

let kepler: RunningKepler;
let person: Person;
let folder: string;

inBrowser(async (stage) => {
  ({ kepler, person } = stage);
  folder = await mkdtemp(join(tmpdir(), "kepler-clone-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What the service answers to the outside: through the edge, by its host name, as a browser would ask. */
function answerOf(service: string): Promise<{ status: number; body: string }> {
  const edge = new URL(kepler.sandbox("edge").url);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const headers = { host: `${service}.dev.localhost:${edge.port}` };
  request({ host: edge.hostname, port: edge.port, path: "/", headers }, (response) => {
    response.setEncoding("utf8");
    let body = "";
    response.on("data", (part: string) => {
      body += part;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
  })
    .on("error", reject)
    .end();
  return promise;
}

// The steps of one story: each stands on the one before, and all of it happens without loading a page again.
describe("from a Git repository to a running service, in the browser", () => {
  it("creates the Node.js sample and serves its own answer within 30 seconds", async () => {
    const startedAt = performance.now();
    await createService(person, "node-hello");
    await person.page.getByText("It runs.").waitFor({ timeout: RUNNING_WITHIN_MS * 2 });
    const elapsedMs = performance.now() - startedAt;
    const { status, body } = await answerOf("node-hello");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ greeting: "Hello from Node.js" });
    expect(elapsedMs).toBeLessThan(RUNNING_WITHIN_MS);
  });

  it("shows what the service writes to its log", async () => {
    const { page } = person;
    await page.getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name: "Logs" }).click();
    await page.getByText('"message":"listening"').first().waitFor();
    await answerOf("node-hello");
    await page.getByText('"message":"request"').first().waitFor();
  });

  it("builds what is pushed with plain git, by the webhook", async () => {
    const { page } = person;
    await page.getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name: "Builds" }).click();
    await page.getByText("b1").waitFor();
    const remote = new URL(`${kepler.sandbox("gitlab").url}/samples/node-hello.git`);
    remote.username = "oauth2";
    remote.password = kepler.sandbox("gitlab").token;
    await git(folder, "clone", "-q", remote.href, "work");
    const file = join(folder, "work", "server.js");
    await writeFile(file, (await readFile(file, "utf8")).replace('GREETING = "Hello"', 'GREETING = "Good evening"'));
    await git(join(folder, "work"), "commit", "-qam", "Greet politely");
    await git(join(folder, "work"), "push", "-q", "origin", "HEAD:main");
    await page.getByRole("row", { name: /b2.*Succeeded.*Greet politely.*a push/ }).waitFor({ timeout: 60_000 });
  });

  it("previews and releases the new build, and the new answer is served", async () => {
    const { page } = person;
    await page
      .getByRole("navigation", { name: "Views of this service" })
      .getByRole("link", { name: "Overview" })
      .click();
    const reminder = page.getByText("does not run in dev yet.");
    await reminder.waitFor();
    await page.getByRole("button", { name: "Release b2…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("What will change").waitFor();
    await dialog.getByText("Image digest", { exact: false }).first().waitFor();
    await dialog.getByRole("button", { name: "Release as #2" }).click();
    await dialog.getByText("What runs has been verified.").waitFor({ timeout: 60_000 });
    expect(JSON.parse((await answerOf("node-hello")).body)).toMatchObject({ greeting: "Good evening from Node.js" });
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await reminder.waitFor({ state: "detached" });
  });

  it("scales it, each pod with the same port", async () => {
    const { page } = person;
    await page.getByRole("button", { name: "Scale", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByTitle("Nothing would change").waitFor();
    await dialog.getByLabel("Replicas").fill("2");
    await dialog.getByText("1 pod starts").waitFor();
    await dialog.getByRole("button", { name: "Release as #3" }).click();
    await dialog.getByText("What runs has been verified.").waitFor({ timeout: 60_000 });
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page
      .getByRole("navigation", { name: "Views of this service" })
      .getByRole("link", { name: "Overview" })
      .click();
    await page.getByText("2 of 2 ready").waitFor();
  });

  it("rolls back to the first answer", async () => {
    const { page } = person;
    await page
      .getByRole("navigation", { name: "Views of this service" })
      .getByRole("link", { name: "Releases" })
      .click();
    await page.getByRole("row", { name: /#1 / }).getByRole("button", { name: "Roll back to this…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Release as #4" }).click();
    await dialog.getByText("What runs has been verified.").waitFor({ timeout: 60_000 });
    await dialog.getByRole("button", { name: "Close" }).last().click();
    expect(JSON.parse((await answerOf("node-hello")).body)).toMatchObject({ greeting: "Hello from Node.js" });
  });

  it("says why a build failed, and opens its log at the failing line", async () => {
    const { page } = person;
    await createService(person, "broken-build");
    await page.getByText("Build b1 failed.").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "Open the log" }).click();
    await page.getByRole("button", { name: "First failing line" }).waitFor();
  });

  it("has done all of that in one document, without a complaint", async () => {
    expect(await person.sameDocument()).toBe(true);
    expect(person.complaints).toEqual([]);
  });
});
