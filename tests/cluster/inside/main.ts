import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { API_PORT } from "./addresses.ts";
import { children, run } from "./children.ts";
import { startControlPlane } from "./control-plane.ts";
import { openDoor } from "./doors.ts";
import { startIstiod } from "./istiod.ts";
import { startNode, startRegistry } from "./node.ts";
import { insideOptions } from "./options.ts";

/**
 * The first process of the cluster's own namespaces (process ids, mounts, network): starts every part, opens a door to API
 * server and registry, says so in a line, and lives until it is stopped. With its end everything in them is gone.
 */
async function main(): Promise<void> {
  const { state, binaries, istio, cgroup, registryPort, pauseImage } = insideOptions.parse(
    JSON.parse(process.argv[2] ?? ""),
  );
  const logs = join(state, "log");
  for (const folder of [logs, join(state, "run")]) await mkdir(folder, { recursive: true });
  const orders = createInterface({ input: process.stdin });
  orders.once("close", () => process.exit(0));

  await run("ip", "link", "set", "lo", "up");
  const all = children(logs);
  await startRegistry(all, { state, port: registryPort });
  await openDoor({ path: join(state, "run", "registry.sock") }, { host: "127.0.0.1", port: registryPort });
  process.stdout.write("registry\n");
  await startControlPlane(all, { state, binaries });
  await startNode(all, { state, binaries, cgroup, pauseImage });
  await openDoor({ path: join(state, "run", "api.sock") }, { host: "127.0.0.1", port: API_PORT });
  // istiod looks for its injection templates once, at its start: whoever installs them says when.
  orders.on("line", (order) => {
    if (order === "istiod" && istio !== null) startIstiod(all, { state, binaries: istio });
  });
  process.stdout.write("ready\n");
}

try {
  await main();
} catch (error) {
  console.error(error);
  process.exit(1);
}
