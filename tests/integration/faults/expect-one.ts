import { expect } from "vitest";
import { type SeenRequest } from "#tests/world/fault-proxy";
import { type TestService } from "#tests/world/service";
import { type FaultyWorld } from "./faulty-world.ts";

/** The build ended well, and Jenkins itself knows of exactly one run for it. */
export async function expectOneRun(world: FaultyWorld, buildId: string): Promise<void> {
  const build = await world.until.built(buildId);
  expect({ state: build.state, error: build.error }).toEqual({ state: "succeeded", error: null });
  expect(build.steps.filter((step) => step.state !== "done" || step.error !== null)).toEqual([]);

  const { url, user, token } = world.behind.jenkins;
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  const tree = "tree=builds[number,actions[parameters[name,value]]]";
  const answer = await fetch(`${url}/job/${build.jenkinsJob}/api/json?${tree}`, { headers: { authorization } });
  expect((await answer.text()).split(`"value":"${buildId}"`)).toHaveLength(2);
}

/** What Jenkins was asked to run since so many requests. */
export const triggersSince = ({ jenkins }: FaultyWorld, since: number): SeenRequest[] =>
  jenkins.seen.slice(since).filter(({ method, url }) => method === "POST" && url.includes("buildWithParameters"));

/** The service is set up without a trace of trouble, and GitLab itself knows of exactly one hook that leads to it. */
export async function expectOneHook(world: FaultyWorld, { appId, projectId }: TestService): Promise<void> {
  const app = await world.until.provisioned(appId);
  expect({ state: app.provisionState, error: app.provisionError }).toEqual({ state: "ready", error: null });
  expect(app.provisionSteps.filter((step) => step.state !== "done" || step.error !== null)).toEqual([]);
  // The first build may have begun meanwhile: it plans its repository before anything is pushed there.
  const ofSetUp = app.ledger.filter(({ system }) => system !== "registry");
  expect(ofSetUp.filter(({ state }) => state !== "present")).toEqual([]);

  const { url, token } = world.behind.gitlab;
  const headers = { "private-token": token };
  const answer = await fetch(`${url}/api/v4/projects/${projectId}/hooks?per_page=100`, { headers });
  const hooks = (await answer.json()) as { url: string }[];
  expect(hooks.filter((hook) => hook.url.endsWith(appId))).toHaveLength(1);
}
