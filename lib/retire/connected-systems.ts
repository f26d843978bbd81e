import "server-only";
import { connectCluster } from "#lib/clusters/connect-cluster";
import { ownSystems } from "#lib/clusters/connect-systems";
import { env } from "#lib/platform/env";
import { type RetireSystems } from "./retire-world.ts";

/** This installation's systems, for what web itself asks when a person looks at a plan. */
export const connectedSystems = (): RetireSystems & { keplerUrl: string } => ({
  ...ownSystems(),
  kubernetes: connectCluster,
  keplerUrl: env().url,
});
