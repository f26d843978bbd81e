import { z } from "zod";
import { appView } from "#lib/apps/schema";
import { APP_LABEL, MANAGED_BY } from "#lib/clusters/label-rules";
import { environmentView, podView } from "#lib/clusters/schema";
import { type Figure } from "./figures.ts";
import { peakMbDuring, processOf, processorMs, residentMb } from "./process-use.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const LINES = 500_000;
const LEAST_MB_PER_S = 20;
/** What one more log may add to web's memory: no more than what waits for the collector, however long it is. */
const GROWTH_LIMIT_MB = 75;
const POD = "kepler-bench-log";
const LAST = "the very last line";
/** A log that has not come by then never comes. */
const PATIENCE_MS = 120_000;

/** Writes its lines at once and goes on living. */
const WRITER = `
  let n = 0;
  const more = () => {
    let text = "";
    for (const end = n + 5000; n < end; n++)
      text += "10.0.0." + (n % 255) + " - - \\"GET /api/items/" + n + " HTTP/1.1\\" 200 " + (n % 977) + " \\"-\\" \\"Mozilla/5.0 (X11; Linux x86_64)\\" trace=" + n + "\\n";
    process.stdout.write(text, () => (n < ${LINES} ? more() : console.log("${LAST}")));
  };
  more();
  setInterval(() => {}, 1e6);`;

/** A long log from the cluster through web to one reader, beside a plain request of the same log to the cluster itself. */
export async function measureLogThroughput(product: Product, session: Session, app: string): Promise<Figure[]> {
  const { rows: environments } = await session.get("/api/environments", z.object({ rows: z.array(environmentView) }));
  const place = environments.find(({ name }) => name === "dev");
  if (!place) throw new Error("there is no environment dev");
  const namespace = `${product.kubernetes.url}/api/v1/namespaces/${place.namespace}/pods`;
  const { id } = await session.get(`/api/apps/${app}`, appView);
  await startWriter(product, namespace, { app, id });
  try {
    const log = `${namespace}/${POD}/log?container=${app}&timestamps=true`;
    const headers = { authorization: `Bearer ${product.kubernetes.token}` };
    await until(async () => (await (await fetch(`${log}&tailLines=1`, { headers })).text()).includes(LAST));
    const pods = `/api/apps/${app}/pods?environment=dev`;
    const rows = z.object({ rows: z.array(podView) });
    await until(async () => (await session.get(pods, rows)).rows.some(({ name }) => name === POD));

    const plain = await read(await fetch(log, { headers }));
    const web = await processOf(product.home, /next-server|next\/dist\/bin\/next/);
    const query = `environment=dev&pod=${POD}&since=2020-01-01T00:00:00Z`;
    const throughWeb = async () =>
      read(await session.fetch(`/api/apps/${app}/logs?${query}`, { signal: AbortSignal.timeout(PATIENCE_MS) }));
    const atFirstMb = await residentMb(web);
    const first = await peakMbDuring(web, throughWeb);
    const beforeMs = await processorMs(web);
    const { peakMb, value: ours } = await peakMbDuring(web, throughWeb);
    const workMs = (await processorMs(web)) - beforeMs;
    // What the cluster sent is what counts: our own envelope around it is no throughput.
    const rate = plain.bytes / 1e6 / ours.seconds;
    return [
      {
        name: `log of ${Math.round(plain.bytes / 1e6)} MB through web to one reader`,
        value: rate,
        unit: "MB/s",
        atLeast: LEAST_MB_PER_S,
        baseline: { name: "the cluster's own API", value: plain.bytes / 1e6 / plain.seconds },
      },
      { name: "web's own work for each MB of it", value: workMs / (plain.bytes / 1e6), unit: "ms" },
      { name: "web's memory grows by, for the first such log", value: first.peakMb - atFirstMb, unit: "MB" },
      { name: "web's memory grows by, for the next", value: peakMb - first.peakMb, unit: "MB", limit: GROWTH_LIMIT_MB },
    ];
  } finally {
    const headers = { authorization: `Bearer ${product.kubernetes.token}` };
    await fetch(`${namespace}/${POD}?gracePeriodSeconds=0`, { method: "DELETE", headers });
  }
}

/** Beside the app's own pods, with their image: the watch takes it for one of them. */
async function startWriter({ kubernetes }: Product, pods: string, app: { app: string; id: string }): Promise<void> {
  const headers = { authorization: `Bearer ${kubernetes.token}`, "content-type": "application/json" };
  const listed = z.object({
    items: z.array(z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) })),
  });
  const selector = encodeURIComponent(`${APP_LABEL}=${app.id}`);
  const { items } = listed.parse(await (await fetch(`${pods}?labelSelector=${selector}`, { headers })).json());
  const image = items[0]?.spec.containers[0]?.image;
  const pod = {
    metadata: { name: POD, labels: { ...MANAGED_BY, [APP_LABEL]: app.id } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: app.app, image, command: ["node", "-e", WRITER] }],
    },
  };
  const answer = await fetch(pods, { method: "POST", headers, body: JSON.stringify(pod) });
  if (!answer.ok) throw new Error(`the pod that writes: ${answer.status} ${await answer.text()}`);
}

/** From the first byte to the one line that is the last. */
async function read(answer: Response): Promise<{ bytes: number; seconds: number }> {
  let startedAt: number | undefined;
  let bytes = 0;
  let tail = Buffer.alloc(0);
  const seconds = () => (performance.now() - (startedAt ?? Number.NaN)) / 1000;
  for await (const chunk of answer.body ?? []) {
    startedAt ??= performance.now();
    bytes += chunk.byteLength;
    tail = Buffer.concat([tail.subarray(-LAST.length), chunk]);
    if (tail.includes(LAST)) return { bytes, seconds: seconds() };
  }
  throw new Error("a log ended before its last line");
}

async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((tick) => setTimeout(tick, 200));
}
