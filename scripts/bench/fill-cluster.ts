import { Client } from "pg";
import { z } from "zod";
import { APP_LABEL, MANAGED_BY, NAME_LABEL, RELEASE_LABEL } from "#lib/clusters/label-rules";
import { send } from "./cluster-api.ts";
import { type Product } from "./product.ts";

const NAMESPACE = "kepler-dev";
const AT_ONCE = 8;
const LOOK_EVERY_MS = 500;

export type Service = { id: string; name: string };

/** Gives each seeded service so many pods on a virtual node of the sandbox, and waits until Kepler has seen all of them. */
export async function fillCluster({ databaseUrl, kubernetes }: Product, podsEach: number): Promise<Service[]> {
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  try {
    const { rows } = await database.query<Service>(
      "select id, name from apps where gitlab_project_path = 'bench/service' order by name",
    );
    // The seed's own pods are in no cluster.
    await database.query("delete from observed_pods where app_id = any($1)", [rows.map(({ id }) => id)]);
    await send(kubernetes, "POST", "/api/v1/nodes", {
      metadata: { name: "bench-virtual", labels: { type: "kwok" }, annotations: { "kwok.x-k8s.io/node": "fake" } },
      spec: { taints: [{ key: "kwok.x-k8s.io/node", value: "fake", effect: "NoSchedule" }] },
    });
    const waiting = [...rows];
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        await send(kubernetes, "POST", `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, deployment(next, podsEach));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const seen = z.object({ count: z.coerce.number() });
    for (;;) {
      const { rows: counted } = await database.query(
        "select count(*) from observed_pods where app_id = any($1) and ready",
        [rows.map(({ id }) => id)],
      );
      if (seen.parse(counted[0]).count >= rows.length * podsEach) return rows;
      await new Promise((tick) => setTimeout(tick, LOOK_EVERY_MS));
    }
  } finally {
    await database.end();
  }
}

function deployment({ id, name }: Service, replicas: number) {
  const labels = { ...MANAGED_BY, [NAME_LABEL]: name, [APP_LABEL]: id, [RELEASE_LABEL]: "5" };
  const probe = { httpGet: { path: "/healthz", port: "http" } };
  const container = {
    name,
    image: "127.0.0.1:1/bench:1",
    ports: [{ name: "http", containerPort: 8080 }],
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
    readinessProbe: probe,
  };
  return {
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: { [NAME_LABEL]: name } },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: { type: "kwok" },
          tolerations: [{ key: "kwok.x-k8s.io/node", operator: "Exists" }],
          containers: [container],
        },
      },
    },
  };
}
