import { type Pod } from "../objects.ts";
import { type Resources } from "../store/resources.ts";
import { type LogPlace } from "./container-log.ts";
import { type SandboxNode } from "./node.ts";
import { type RunningContainer } from "./running-container.ts";
import { type UsageSource } from "./usage.ts";
import { VirtualLogs } from "./virtual-log.ts";
import { isVirtual } from "./virtual-node.ts";
import { virtualUsage } from "./virtual-usage.ts";

/** What one can ask about running pods, whether they run as processes or only as figures. */
export type Runtime = {
  logOf(pod: Pod, container: string): LogPlace | undefined;
  /** The container's process and all around it, while it runs as one. */
  lifeOf(pod: Pod, container: string): RunningContainer | undefined;
  usage: UsageSource;
  stop(): Promise<void>;
};

/** The node of processes and the virtual nodes as one. */
export function startRuntime(resources: Resources, node: SandboxNode, home: string): Runtime {
  const virtual = virtualUsage(resources);
  const logs = new VirtualLogs(home, resources.now);
  return {
    logOf: (pod, container) =>
      isVirtual(resources.store, pod) ? logs.logOf(pod, container) : node.logOf(pod, container),
    lifeOf: (pod, container) => node.lifeOf(pod, container),
    usage: {
      pods: (isWanted) => [...node.usage.pods(isWanted), ...virtual.pods(isWanted)],
      nodes: () => [...node.usage.nodes(), ...virtual.nodes()],
    },
    stop: async () => {
      logs.stop();
      await node.stop();
    },
  };
}
