/** A sandbox cluster alone, for figures: `node sandbox-process.ts <home>` prints where it listens. */
import { join } from "node:path";
import pino from "pino";
import { startKubernetes } from "#sandbox/kubernetes/main";

const home = process.argv[2] ?? "";
const cluster = await startKubernetes({
  port: 0,
  edgePort: 0,
  home,
  kubeconfigPath: join(home, "kubeconfig"),
  logger: pino({ level: "warn" }, pino.destination(2)),
});
console.log(JSON.stringify({ url: cluster.url, token: cluster.token }));
process.once("SIGTERM", () => void cluster.stop().then(() => process.exit(0)));
