import { z } from "zod";
import { gatewaysView, movePreview } from "#lib/releases/gateway/schema";
import { durations, type Figure, percentile } from "./figures.ts";
import { type Product } from "./product.ts";
import { seedServices } from "./seed-services.ts";
import { type Session } from "./session.ts";

const TIMES = 20;
const ROUTES = 1_000;
const PAGE_LIMIT_MS = 300;
const PREVIEW_LIMIT_MS = 2_000;

/** The page of an environment's gateways and the preview of a failover, with a thousand routes there. */
export async function measureGateways(product: Product, session: Session): Promise<Figure[]> {
  await seedServices(product.databaseUrl, ROUTES);
  const { rows } = await session.get(
    "/api/environments",
    z.object({ rows: z.array(z.object({ id: z.string(), name: z.string() })) }),
  );
  const dev = rows.find(({ name }) => name === "dev");
  if (!dev) throw new Error("no environment dev");
  const [list, preview] = [
    `/api/environments/${dev.id}/gateways`,
    `/api/environments/${dev.id}/gateway-moves?to=istio`,
  ];
  const { total } = await session.get(list, gatewaysView);
  const { moves } = await session.get(preview, movePreview);
  if (total < ROUTES || moves.length < ROUTES) throw new Error(`${total} routes, ${moves.length} moves`);
  const health = percentile(await durations(TIMES, () => answered(session, "/api/health")), 0.5);
  const measure = async (name: string, path: string, limit: number): Promise<Figure> => ({
    name: `${name}, p95`,
    value: percentile(await durations(TIMES, () => answered(session, path)), 0.95),
    ...{ unit: "ms", limit, baseline: { name: "GET /api/health", value: health } },
  });
  return [
    await measure(`GET /gateways, the page's HTML, ${total} routes`, "/gateways?environment=dev", PAGE_LIMIT_MS),
    await measure(`gateways and 50 of ${total} routes`, list, PAGE_LIMIT_MS),
    await measure(`preview of a failover of ${moves.length} services`, preview, PREVIEW_LIMIT_MS),
  ];
}

const answered = (session: Session, path: string) => session.fetch(path).then((answer) => answer.text());
