import { z } from "zod";
import { dnsName } from "./names-schema.ts";

/** RFC 9110, 15.4: for good or for now, and with 307 and 308 by the same method. */
export const REDIRECT_STATUSES = [301, 302, 307, 308] as const;

/** Where visitors are sent instead of to the service; what is null stays as they asked, and so does the query. */
export const routeRedirect = z.object({
  scheme: z.enum(["http", "https"]).nullable(),
  host: dnsName.nullable(),
  /** The whole path, also where the route takes what is below its own. */
  path: z
    .string()
    .max(512)
    .regex(/^\/[^\s?#]*$/, "path.absolute")
    .nullable(),
  status: z.literal(REDIRECT_STATUSES),
});
export type RouteRedirect = z.output<typeof routeRedirect>;

/**
 * Only to another scheme: then it is for those who come by the other one ("to https"), and who comes by this one reaches
 * the service. Every other redirect is for all, and the service is never asked.
 */
export const isToScheme = ({ scheme, host, path }: RouteRedirect): boolean =>
  scheme !== null && host === null && path === null;
