import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "#scripts/browser";
import { type RunningKepler, startKepler } from "#tests/world/kepler";
import { type Person, signIn } from "#tests/world/person";
import { waitFor } from "#tests/world/wait-for";
import { createService } from "#tests/world/wizard";
import { BASE_IMAGE } from "./base-image.ts";

// Set by tests/cluster/run.ts, which is the only way to run this.
const {
  TEST_KUBECONFIG: kubeconfig = "",
  TEST_REGISTRY_URL: registryUrl = "",
  TEST_KUBECTL: kubectl = "kubectl",
} = process.env;
const SERVICE = "node-hello";
const ROLLED_OUT_WITHIN_MS = 90_000;

const run = promisify(execFile);
let kepler: RunningKepler;
let browser: Browser;
let person: Person;
let folder: string;

beforeAll(async () => {
  kepler = await startKepler({ env: { KUBECONFIG: kubeconfig, REGISTRY_URL: registryUrl } });
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), "kepler-clone-"));
  person = await signIn(browser, kepler);
  await git(tmpdir(), "clone", "-q", gitlabUrl(), folder);
  // A real node has no programs of its own: what the sample stands on comes from the registry.
  await push("Dockerfile", (text) => text.replace(/^FROM .*$/m, `FROM ${new URL(registryUrl).host}/${BASE_IMAGE}`));
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await kepler?.stop();
  // A real node has room for so many pods: the next tests need it.
  await run(kubectl, ["--kubeconfig", kubeconfig, "--namespace", "kepler-dev", "delete", "deployments", "--all"]);
  await rm(folder, { recursive: true, force: true });
});

const git = (cwd: string, ...args: string[]) =>
  run("git", ["-c", "user.name=Lin", "-c", "user.email=lin@example.com", ...args], { cwd });

function gitlabUrl(): string {
  const remote = new URL(`${kepler.sandbox("gitlab").url}/samples/${SERVICE}.git`);
  remote.username = "oauth2";
  remote.password = kepler.sandbox("gitlab").token;
  return remote.href;
}

/** Changes one file of the sample and pushes it; the commit's title names the file. */
async function push(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  await writeFile(path, change(await readFile(path, "utf8")));
  await git(folder, "commit", "-qam", `Change ${file}`);
  await git(folder, "push", "-q", "origin", "HEAD:main");
}

/** Through the API server's proxy, which every cluster has; routes from outside depend on its edge. */
async function greeting(): Promise<string> {
  const path = `/api/v1/namespaces/kepler-dev/services/${SERVICE}:http/proxy/`;
  const { stdout } = await run(kubectl, ["--kubeconfig", kubeconfig, "get", "--raw", path]);
  return stdout;
}

const view = (name: string) =>
  person.page.getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name }).click();

/** Waits for the build of the last push and opens its release. */
async function releaseBuild(build: string, release: string): Promise<void> {
  const { page } = person;
  await view("Builds");
  await page.getByRole("row", { name: new RegExp(`${build}.*Succeeded`) }).waitFor({ timeout: 90_000 });
  await page.getByRole("button", { name: "Release", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Image digest", { exact: false }).first().waitFor();
  await dialog.getByRole("button", { name: `Release as ${release}` }).click();
}

const closeDialog = () => person.page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

// The steps of one story: each stands on the one before.
describe("the sample on a real cluster, in the browser", () => {
  it("is released and runs: its pods pull the image and answer", async () => {
    await createService(person, SERVICE);
    await person.page.getByText("It runs.").waitFor({ timeout: ROLLED_OUT_WITHIN_MS });
    expect(JSON.parse(await greeting())).toMatchObject({ greeting: "Hello from Node.js" });
  });

  it("writes a log that the page follows", async () => {
    await view("Logs");
    await person.page.getByText('"message":"listening"').first().waitFor();
    await greeting();
    await person.page.getByText('"message":"request"').first().waitFor();
  });

  it("rolls to what was pushed, and what runs is verified", async () => {
    await push("server.js", (text) => text.replace('GREETING = "Hello"', 'GREETING = "Good evening"'));
    await releaseBuild("b2", "#2");
    const dialog = person.page.getByRole("dialog");
    await dialog.getByText("What runs has been verified.").waitFor({ timeout: ROLLED_OUT_WITHIN_MS });
    await closeDialog();
    expect(JSON.parse(await greeting())).toMatchObject({ greeting: "Good evening from Node.js" });
  });

  it("says that the image cannot be pulled, and keeps what ran", async () => {
    await push("server.js", (text) => text.replace("Good evening", "Good night"));
    await view("Builds");
    await person.page.getByRole("row", { name: /b3.*Succeeded/ }).waitFor({ timeout: 90_000 });
    await deleteNewestLayer();
    await releaseBuild("b3", "#3");
    await person.page
      .getByRole("dialog")
      .getByText(/The cluster cannot pull the image/)
      .first()
      .waitFor({ timeout: ROLLED_OUT_WITHIN_MS });
    await closeDialog();
    expect(JSON.parse(await greeting())).toMatchObject({ greeting: "Good evening from Node.js" });
  });

  it("says how a crashing program ends, with its last words, and keeps what ran", async () => {
    await push("server.js", (text) => `console.error("no database here");\nprocess.exit(7);\n${text}`);
    await releaseBuild("b4", "#4");
    const dialog = person.page.getByRole("dialog");
    await dialog
      .getByText(/exit code 7/)
      .first()
      .waitFor({ timeout: ROLLED_OUT_WITHIN_MS });
    await dialog.getByText("no database here").first().waitFor();
    await closeDialog();
    expect(JSON.parse(await greeting())).toMatchObject({ greeting: "Good evening from Node.js" });
  });

  it("comes back after its pod was killed with plain kubectl", async () => {
    const all = ["--kubeconfig", kubeconfig, "--namespace", "kepler-dev", "delete", "pod", "--wait=false"];
    await run(kubectl, [...all, `--selector=app.kubernetes.io/name=${SERVICE}`]);
    await view("Overview");
    await person.page.getByText("1 of 1 ready").waitFor({ timeout: ROLLED_OUT_WITHIN_MS });
    const answer = await waitFor("an answer", () => greeting().catch(() => null));
    expect(JSON.parse(answer)).toMatchObject({ greeting: "Good evening from Node.js" });
  });

  it("has done all of that in one document", async () => {
    expect(await person.sameDocument()).toBe(true);
  });
});

/** Deletes the topmost layer of the newest image, so that its manifest is there and a pull of it must fail. */
async function deleteNewestLayer(): Promise<void> {
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
  const repository = await repositoryOf();
  const { tags } = (await (await fetch(`${registryUrl}/v2/${repository}/tags/list`)).json()) as { tags: string[] };
  // Kepler tags an image with commit and build number.
  const newest = tags.find((tag) => tag.endsWith("-3")) ?? "";
  const manifest = (await (
    await fetch(`${registryUrl}/v2/${repository}/manifests/${newest}`, { headers: { accept } })
  ).json()) as { layers: { digest: string }[] };
  const digest = manifest.layers.at(-1)?.digest ?? "";
  const { status } = await fetch(`${registryUrl}/v2/${repository}/blobs/${digest}`, { method: "DELETE" });
  expect(status).toBe(202);
}

async function repositoryOf(): Promise<string> {
  const { repositories } = (await (await fetch(`${registryUrl}/v2/_catalog`)).json()) as { repositories: string[] };
  return repositories.find((name) => name.endsWith(SERVICE)) ?? "";
}
