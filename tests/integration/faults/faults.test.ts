import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { askedBeyondRole } from "#tests/world/cluster-role";
import { type FaultyWorld, startFaultyWorld } from "./faulty-world.ts";
import { gitlabFaults } from "./gitlab-faults.ts";
import { jenkinsFaults } from "./jenkins-faults.ts";
import { kubernetesFaults } from "./kubernetes-faults.ts";
import { registryFaults } from "./registry-faults.ts";
import { slowFaults } from "./slow-faults.ts";
import { watchFaults } from "./watch-faults.ts";

// One world for all: it takes longer to start than any of these sentences to be proven.
let world: FaultyWorld;
beforeAll(async () => {
  world = await startFaultyWorld();
}, 180_000);
afterAll(() => world.stop());

type Faults = (world: () => FaultyWorld) => void;

/** One after the other, and what one of them has set up is no trouble to the next. */
function inTurn(name: string, faults: Faults): void {
  describe(name, () => {
    afterEach(() => world.lift());
    faults(() => world);
  });
}

inTurn("when Jenkins is in trouble, a build", jenkinsFaults);
inTurn("when GitLab is in trouble, setting up a service", gitlabFaults);
inTurn("when the registry is in trouble, Kepler", registryFaults);
inTurn("when Kubernetes is in trouble, a release", kubernetesFaults);
inTurn("when watching a cluster is in trouble, Kepler", watchFaults);
describe("when a system takes its time, there is", () => slowFaults(() => world));

it("asks the cluster for nothing beyond the documented role, whatever happens", () => {
  expect(askedBeyondRole(world.kubernetes.seen)).toEqual([]);
});
