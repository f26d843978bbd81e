import { cache } from "react";
import { requireActor } from "#lib/access/current-actor";
import type { AppView } from "#lib/apps/schema";
import { servicePage } from "#lib/reports/page-queries";

/** The service that the address names, read once a request for layout and page. */
export const serviceOf = cache(async (name: string): Promise<AppView | null> => {
  const wanted = decodeURIComponent(name);
  return servicePage(await requireActor(`/services/${name}`), wanted);
});
