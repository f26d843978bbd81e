import { expect, it } from "vitest";
import type { PodState } from "../../../components/logs/log-store.ts";
import { clusterSilence, whyNoLines } from "../../../components/logs/why-no-lines.ts";

const heard = (state: PodState["state"]): PodState => ({ pod: "a", state, reason: null });
const ALL = { pods: [], since: null };

it("calls a log silent only where it was heard, for as long as it was asked for", () => {
  const following = { pods: [heard("following")] };
  expect(whyNoLines(following, ALL, ["a"])).toBe("noneHint");
  expect(whyNoLines(following, { ...ALL, since: "15m" }, ["a"])).toBe("noneInTime");
  expect(whyNoLines(following, { ...ALL, since: "all" }, ["a"])).toBe("noneHint");
  for (const state of ["waiting", "unreachable", "none"] as const) {
    expect(whyNoLines({ pods: [heard(state)] }, ALL, ["a"])).toBe("unheard");
  }
  expect(whyNoLines({ pods: [] }, ALL, [])).toBe("notRunning");
  expect(whyNoLines({ pods: [] }, { ...ALL, pods: ["gone"] }, ["a"])).toBe("chosenGone");
  expect(whyNoLines(following, { ...ALL, pods: ["gone", "a"] }, ["a"])).toBe("noneHint");
});

it("calls the cluster silent only where no pod is heard, for one reason", () => {
  const silent = { pod: "a", state: "unreachable", reason: "Kubernetes did not answer." } as const;
  expect(clusterSilence([silent, { ...silent, pod: "b" }])).toBe(silent.reason);
  expect(clusterSilence([silent, heard("following")])).toBe(null);
  expect(clusterSilence([silent, { ...silent, reason: "Its node does not answer." }])).toBe(null);
  expect(clusterSilence([])).toBe(null);
});
