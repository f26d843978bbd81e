import { type UsageSource } from "../node/usage.ts";
import { virtualNodeController, virtualPodController } from "../node/virtual-node.ts";
import { type Resources } from "../store/resources.ts";
import { attachDetachController } from "./attach-detach.ts";
import { cronJobController } from "./cron-job.ts";
import { deploymentController } from "./deployment.ts";
import { disruptionController } from "./disruption.ts";
import { endpointsController } from "./endpoints.ts";
import { externalAddressController } from "./external-addresses.ts";
import { garbageController } from "./garbage.ts";
import { autoscalerController } from "./horizontal-pod-autoscaler.ts";
import { jobController } from "./job.ts";
import { namespaceController } from "./namespace.ts";
import { replicaSetController } from "./replica-set.ts";
import { resourceQuotaController } from "./resource-quota.ts";
import { scheduler } from "./scheduler.ts";
import { statefulSetController } from "./stateful-set.ts";
import { claimController } from "./volume-claims.ts";
import { volumeController } from "./volumes.ts";
import { type Controller } from "./work-queue.ts";

export type ControllerGround = {
  /** Gives each virtual pod an address that no other has. */
  address: () => string;
  /** Where volumes are made. */
  volumes: string;
  /** Factor on waits that only spare the cluster. */
  scale: number;
  usage: UsageSource;
};

/** Everything that makes the world follow the objects, a file each. */
export const controllersOf = (
  resources: Resources,
  { address, volumes, scale, usage }: ControllerGround,
): Controller[] => [
  namespaceController(resources),
  deploymentController(resources),
  replicaSetController(resources),
  statefulSetController(resources),
  jobController(resources, scale),
  cronJobController(resources),
  autoscalerController(resources, usage, scale),
  scheduler(resources),
  claimController(resources, volumes),
  volumeController(resources, volumes),
  attachDetachController(resources),
  virtualNodeController(resources),
  virtualPodController(resources, address),
  endpointsController(resources),
  externalAddressController(resources),
  disruptionController(resources),
  garbageController(resources),
  resourceQuotaController(resources),
];
