import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type PublicError } from "#lib/platform/errors";
import { canaryName, waysIn } from "../manifests/canary.ts";
import { samePodTemplate } from "../manifests.ts";

export type Trial = {
  app: { id: string; name: string };
  /** What was applied there last; null when nothing ever was. */
  running: { spec: AppSpec; done: boolean } | null;
  spec: AppSpec;
  /** Another service has the name that the canary's objects would have. */
  nameTaken: boolean;
};

/** Why a release cannot be tried on a part of the requests first; null = it can. */
export function noCanaryBecause({ app, running, spec, nameTaken }: Trial): PublicError | null {
  if (!running) return refusal("Nothing runs there yet that a canary could be compared with.");
  if (!running.done) {
    return refusal("What runs there is not a completed release, so a canary has nothing to be compared with.");
  }
  const both = [running.spec, spec];
  if (both.some(({ exposure }) => exposure === null || carrierOf(exposure) !== "istio")) {
    return refusal("A canary needs a route at Istio's gateway: others do not divide requests.");
  }
  if (both.some(({ adopted }) => adopted !== null)) {
    return refusal("An imported service keeps labels of its own, which a canary's pods would be mixed up by.");
  }
  if (both.some(({ workload }) => workload.kind !== "deployment")) {
    return refusal("Pods with a state of their own are not tried beside others.");
  }
  if (spec.strategy.type === "recreate")
    return refusal("Its strategy says that two versions must not run side by side.");
  if (both.some(({ replicas }) => replicas === 0)) return refusal("A stopped service has no requests to divide.");
  if (waysIn(running.spec) !== waysIn(spec)) {
    return refusal("It changes ports or routes, which lead to both sides: release that by itself first.");
  }
  if (JSON.stringify(running.spec.egress) !== JSON.stringify(spec.egress)) {
    return refusal("It changes where the service may call, which counts for both sides: release that by itself first.");
  }
  if (samePodTemplate(running.spec, spec, app))
    return refusal("It leaves the pods as they are, so there is nothing to try.");
  if (nameTaken) return refusal(`Another service is called ${canaryName(app)}, as the canary's objects would be.`);
  return null;
}

const refusal = (message: string): PublicError => ({
  code: "invalid",
  system: "kepler",
  message,
  next: "Release it without a canary.",
});
