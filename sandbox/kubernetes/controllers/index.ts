import { virtualNodeController, virtualPodController } from "../node/virtual-node.ts";
import { type Resources } from "../store/resources.ts";
import { deploymentController } from "./deployment.ts";
import { disruptionController } from "./disruption.ts";
import { endpointsController } from "./endpoints.ts";
import { garbageController } from "./garbage.ts";
import { namespaceController } from "./namespace.ts";
import { replicaSetController } from "./replica-set.ts";
import { resourceQuotaController } from "./resource-quota.ts";
import { scheduler } from "./scheduler.ts";
import { type Controller } from "./work-queue.ts";

export type ControllerGround = {
  /** Gives each virtual pod an address that no other has. */
  address: () => string;
};

/** Everything that makes the world follow the objects, a file each. */
export const controllersOf = (resources: Resources, { address }: ControllerGround): Controller[] => [
  namespaceController(resources),
  deploymentController(resources),
  replicaSetController(resources),
  scheduler(resources, () => undefined),
  virtualNodeController(resources),
  virtualPodController(resources, address),
  endpointsController(resources),
  disruptionController(resources),
  garbageController(resources),
  resourceQuotaController(resources),
];
