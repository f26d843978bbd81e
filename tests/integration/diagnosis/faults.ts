import { configFaults } from "./config-faults.ts";
import { type Fault } from "./fault.ts";
import { imageFaults } from "./image-faults.ts";
import { networkFaults } from "./network-faults.ts";
import { placementFaults } from "./placement-faults.ts";
import { probeFaults } from "./probe-faults.ts";
import { programFaults } from "./program-faults.ts";
import { volumeFaults } from "./volume-faults.ts";
import { workloadFaults } from "./workload-faults.ts";

/** Every fault that can be made through the API, what is said of it, on what grounds, and the way on. */
export const FAULTS: Fault[] = [
  ...imageFaults,
  ...programFaults,
  ...probeFaults,
  ...placementFaults,
  ...configFaults,
  ...volumeFaults,
  ...networkFaults,
  ...workloadFaults,
];
