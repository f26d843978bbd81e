import { request } from "node:http";
import { expect, it } from "vitest";
import { type RunningKepler } from "#tests/world/kepler";
import { type Person } from "#tests/world/person";
import { createService } from "#tests/world/wizard";
import { inBrowser } from "./in-browser.ts";

let kepler: RunningKepler;
let person: Person;

inBrowser(async (stage) => {
  ({ kepler, person } = stage);
  await createService(person, "node-hello");
  await person.page.getByText("It runs.").waitFor({ timeout: 60_000 });
});

/** The status with which a gateway of the sandbox answers for the service's host. */
function statusAt(gateway: "url" | "istioUrl" | "traefikUrl"): Promise<number> {
  const edge = kepler.sandbox("edge");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = { host: `node-hello.dev.localhost:${new URL(edge.url).port}` };
  request(edge[gateway], { headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on("error", reject)
    .end();
  return promise;
}

it("puts a running service into the mesh and its route onto Istio's gateway, from click to pods, in one preview", async () => {
  const { page } = person;
  expect([await statusAt("traefikUrl"), await statusAt("istioUrl")]).toEqual([200, 404]);

  await page.getByRole("button", { name: "Mesh", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Mode", { exact: true }).selectOption("mesh");
  await dialog.getByLabel("Gateway", { exact: true }).selectOption("istio");
  await dialog.getByText("VirtualService").first().waitFor();
  await dialog.getByRole("button", { name: /^Release as/ }).click();
  await dialog.getByText("Verified what runs").waitFor({ timeout: 60_000 });
  await page.keyboard.press("Escape");

  await page.getByText("1 of 1 in the mesh").waitFor({ timeout: 30_000 });
  expect([await statusAt("traefikUrl"), await statusAt("istioUrl"), await statusAt("url")]).toEqual([404, 200, 200]);
});
