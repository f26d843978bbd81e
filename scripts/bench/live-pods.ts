import { spawnSync } from "node:child_process";
import { z } from "zod";
import { launchBrowser } from "../browser.ts";
import { send } from "./cluster-api.ts";
import { durations, type Figure, percentile } from "./figures.ts";
import { fillCluster, type Service } from "./fill-cluster.ts";
import { likeABrowser } from "./like-a-browser.ts";
import { processOf, residentMb } from "./process-use.ts";
import { type Product } from "./product.ts";
import { seedServices } from "./seed-services.ts";
import { type Session } from "./session.ts";
import { watchMarks } from "./watch-marks.ts";

const SERVICES = 1_000;
const PODS_EACH = 10;
const BROWSERS = 50;
const CHANGES = 100;
/** Other services' pods change all the time, so many a second: one stops being ready, and is ready again. */
const CHURN_PER_S = 5;
const PIXEL_LIMIT_MS = 100;
const WORKER_LIMIT_MB = 500;
const WEB_LIMIT_MS = 150;
const REQUESTS_PER_S = 50;
const LOAD_S = 20;

/** A thousand services with ten pods each, watched by fifty browsers: one real, the others by what they ask of the server. */
export async function measureLivePods(product: Product, session: Session): Promise<Figure[]> {
  await seedServices(product.databaseUrl, SERVICES);
  const services = await fillCluster(product, PODS_EACH);
  const watched = services[0];
  if (!watched) throw new Error("no services");
  const over = new AbortController();
  const others = services.slice(1, BROWSERS).map(({ name, id }, i) => {
    // Half of them look at the list of all, half each at a service of their own, as the real one does.
    return likeABrowser(session, i % 2 === 0 ? "list" : { app: name, appId: id }, over.signal);
  });
  const churn = churnOf(product, watched, over.signal);
  try {
    const { pixels, own } = await changesToPixels(product, session, watched);
    const worker = await residentMb(await processOf(product.home, /worker\/main\.ts/));
    const size = `${SERVICES} services, ${SERVICES * PODS_EACH} pods, ${BROWSERS} browsers (1 real)`;
    return [
      {
        name: `pod changed → pixel, p95 of ${pixels.length}: ${size}`,
        value: percentile(pixels, 0.95),
        unit: "ms",
        limit: PIXEL_LIMIT_MS,
        baseline: { name: "the API's own watch", value: percentile(own, 0.95) },
      },
      { name: "pod changed → pixel, p50", value: percentile(pixels, 0.5), unit: "ms" },
      ...kubectlFigure(product),
      { name: `worker's resident memory at that size`, value: worker, unit: "MB", limit: WORKER_LIMIT_MB },
      ...(await underLoad(session, watched)),
    ];
  } finally {
    over.abort();
    await Promise.allSettled([...others, churn]);
  }
}

const podPath = (name: string) => `/api/v1/namespaces/kepler-dev/pods/${name}`;
const podShape = z.looseObject({
  metadata: z.object({ name: z.string() }),
  status: z.looseObject({
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })),
    containerStatuses: z.array(z.looseObject({ restartCount: z.number() })),
  }),
});

type Pod = z.infer<typeof podShape>;

async function podsOf(product: Product, service?: Service): Promise<Pod[]> {
  const selector = service ? `?labelSelector=${encodeURIComponent(`kepler.dev/app=${service.id}`)}` : "";
  const answer = await send(product.kubernetes, "GET", `/api/v1/namespaces/kepler-dev/pods${selector}`);
  return z.object({ items: z.array(podShape) }).parse(await answer.json()).items;
}

const patchStatus = (product: Product, pod: Pod, status: object) =>
  send(product.kubernetes, "PATCH", `${podPath(pod.metadata.name)}/status`, { status });

/** Says in a pod's status that it was restarted so often: a number that nobody else writes, in a column that all see. */
const restart = (product: Product, pod: Pod, times: number) =>
  patchStatus(product, pod, {
    containerStatuses: pod.status.containerStatuses.map((each) => ({ ...each, restartCount: times })),
  });

/** Its Deployment says so too, and with it the list of services. */
const setReady = (product: Product, pod: Pod, ready: boolean) =>
  patchStatus(product, pod, {
    conditions: pod.status.conditions.map((each) =>
      each.type === "Ready" ? { ...each, status: ready ? "True" : "False" } : each,
    ),
  });

const clock = (): number => performance.timeOrigin + performance.now();

/** From before a change is asked for until a browser has painted it, and until the API's own watch tells it. */
async function changesToPixels(product: Product, session: Session, watched: Service) {
  const pods = await podsOf(product, watched);
  const marks = await watchMarks(product.kubernetes, /"restartCount":(\d{4,})/);
  const browser = await launchBrowser();
  const pixels: number[] = [];
  const own: number[] = [];
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name = "", value = ""] = session.cookie.split(/=(.*)/s);
    await context.addCookies([{ name, value, url: product.url }]);
    const page = await context.newPage();
    // Its HTML shows the pods before anything listens; what it asks for by itself says that it does.
    const listening = page.waitForResponse((answer) => new URL(answer.url()).pathname.endsWith("/diagnosis"));
    await page.goto(`${product.url}/services/${watched.name}?environment=dev`);
    await listening;
    await page
      .getByText(pods[0]?.metadata.name.slice(-5) ?? "")
      .first()
      .waitFor();
    for (let i = 0; i < CHANGES; i++) {
      const pod = pods[i % pods.length];
      if (!pod) throw new Error("no pod");
      const mark = String(1_000 + i);
      const painted = page.evaluate(
        (text) =>
          new Promise<number>((resolve) => {
            const look = () => {
              const cells = [...document.querySelectorAll("td")];
              if (!cells.some((cell) => cell.textContent === text)) return;
              watching.disconnect();
              // The frame with it is drawn before a task that follows its callback.
              requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
            };
            const watching = new MutationObserver(look);
            watching.observe(document.body, { subtree: true, childList: true, characterData: true });
            look();
          }),
        mark,
      );
      const told = marks.next(mark);
      // At any moment of a second, as changes come.
      await new Promise((tick) => setTimeout(tick, 200 + ((i * 137) % 400)));
      const startedAt = clock();
      await restart(product, pod, 1_000 + i);
      own.push((await told) - startedAt);
      pixels.push((await painted) - startedAt);
    }
  } finally {
    await browser.close();
    marks.stop();
  }
  return { pixels, own };
}

/** They are listed once, beforehand: in a real cluster what changes pods does not list them all for each change. */
async function churnOf(product: Product, but: Service, signal: AbortSignal): Promise<void> {
  const pods = (await podsOf(product)).filter(({ metadata }) => !metadata.name.startsWith(`${but.name}-`));
  for (let i = 0; !signal.aborted; i++) {
    const pod = pods[(Math.floor(i / 2) * 311) % pods.length];
    if (pod) await setReady(product, pod, i % 2 === 1);
    await new Promise((tick) => setTimeout(tick, 1000 / CHURN_PER_S));
  }
}

function kubectlFigure({ kubernetes }: Product): Figure[] {
  const args = ["--kubeconfig", kubernetes.kubeconfig, "get", "pods", "-A"];
  const startedAt = performance.now();
  const { status } = spawnSync("kubectl", args, { stdio: "ignore" });
  if (status !== 0) return [];
  return [{ name: "beside it: kubectl get pods -A", value: performance.now() - startedAt, unit: "ms" }];
}

/** Requests at a steady rate, whether or not those before are answered. */
async function underLoad(session: Session, { name }: Service): Promise<Figure[]> {
  const health = await durations(100, () => session.fetch("/api/health").then((answer) => answer.text()));
  const paths = {
    "services list": "/api/apps?sort=name&pageSize=50",
    "pod table": `/api/apps/${name}/pods?environment=dev`,
  };
  const times = new Map<string, number[]>(Object.keys(paths).map((what) => [what, []]));
  const asked: Promise<void>[] = [];
  for (let i = 0; i < REQUESTS_PER_S * LOAD_S; i++) {
    const [what, path] = Object.entries(paths)[i % 2] ?? ["", ""];
    const startedAt = performance.now();
    asked.push(
      session
        .fetch(path)
        .then((answer) => answer.text())
        .then(() => void times.get(what)?.push(performance.now() - startedAt)),
    );
    await new Promise((tick) => setTimeout(tick, 1000 / REQUESTS_PER_S));
  }
  await Promise.all(asked);
  return [...times].map(([what, each]) => ({
    name: `${what} at ${REQUESTS_PER_S} requests/s, p95`,
    value: percentile(each, 0.95),
    unit: "ms" as const,
    limit: WEB_LIMIT_MS,
    baseline: { name: "GET /api/health, alone", value: percentile(health, 0.95) },
  }));
}
