import { type OutgoingHttpHeaders } from "node:http";
import { z } from "zod";
import { type Exchange, json, Refusal, text } from "../platform/exchange.ts";
import { type Router } from "../platform/router.ts";
import { actorOf, requireActor } from "./access.ts";
import { type Gitlab } from "./context.ts";
import { flag, parametersOf } from "./parameters.ts";
import { refuse } from "./refusals.ts";

const ARCHIVES_A_MINUTE = 5;

const settings = z.object({
  throttle_authenticated_api_enabled: flag.optional(),
  throttle_authenticated_api_requests_per_period: z.coerce.number().int().positive().optional(),
  throttle_authenticated_api_period_in_seconds: z.coerce.number().int().positive().optional(),
});

/** Counts in windows: how often somebody has asked in the present one, and when it ends. */
class Windows {
  readonly #windows = new Map<string, { endsAt: number; count: number }>();

  count(key: string, now: number, periodMs: number): { count: number; endsAt: number } {
    const known = this.#windows.get(key);
    const window = known && known.endsAt > now ? known : { endsAt: now + periodMs, count: 0 };
    window.count += 1;
    this.#windows.set(key, window);
    return window;
  }
}

/**
 * The limits of an instance, off like a fresh GitLab's until an administrator sets them; with them on, each answer of
 * the API says how much is left. https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
 */
export function throttleRoutes(router: Router, gitlab: Gitlab): void {
  const { throttle } = gitlab.state.data;
  const view = () => ({
    throttle_authenticated_api_enabled: throttle.enabled,
    throttle_authenticated_api_requests_per_period: throttle.requests,
    throttle_authenticated_api_period_in_seconds: throttle.seconds,
  });
  const requireAdmin = (exchange: Exchange) => {
    if (!requireActor(gitlab, exchange).user.admin) throw refuse(403, "403 Forbidden");
  };
  router.route("GET", "/api/v4/application/settings", (exchange) => {
    requireAdmin(exchange);
    return json(200, view());
  });
  router.route("PUT", "/api/v4/application/settings", async (exchange) => {
    requireAdmin(exchange);
    const wanted = await parametersOf(exchange, settings);
    throttle.enabled = wanted.throttle_authenticated_api_enabled ?? throttle.enabled;
    throttle.requests = wanted.throttle_authenticated_api_requests_per_period ?? throttle.requests;
    throttle.seconds = wanted.throttle_authenticated_api_period_in_seconds ?? throttle.seconds;
    await gitlab.state.flush();
    return json(200, view());
  });
}

/** Asked before each request: refuses the one that is too many, in plain text and not in JSON, as GitLab does. */
export function createThrottle(gitlab: Gitlab): (exchange: Exchange) => void {
  const windows = new Windows();
  return (exchange) => {
    if (!exchange.path.startsWith("/api/v4/")) return;
    const user = actorOf(gitlab, exchange)?.user;
    if (user === undefined) return;
    const now = gitlab.now().getTime();
    const { enabled, requests, seconds } = gitlab.state.data.throttle;
    if (enabled) {
      const { count, endsAt } = windows.count(`user ${user.id}`, now, seconds * 1000);
      const headers = limitHeaders(requests, count, endsAt, now);
      if (count > requests) throw new Refusal(text(429, "Retry later\n", { ...headers, "content-type": "text/plain" }));
      for (const [name, value] of Object.entries(headers)) if (value) exchange.response.setHeader(name, value);
    }
    const [, project] = /^\/api\/v4\/projects\/([^/]+)\/repository\/archive/.exec(exchange.path) ?? [];
    if (project === undefined) return;
    const { count } = windows.count(`archive ${user.id} ${project}`, now, 60_000);
    if (count > ARCHIVES_A_MINUTE) {
      const error = "This endpoint has been requested too many times. Try again later.";
      throw new Refusal(json(429, { message: { error } }));
    }
  };
}

/** https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers */
function limitHeaders(limit: number, count: number, endsAt: number, now: number): OutgoingHttpHeaders {
  return {
    "ratelimit-name": "throttle_authenticated_api",
    "ratelimit-limit": String(limit),
    "ratelimit-observed": String(count),
    "ratelimit-remaining": String(Math.max(0, limit - count)),
    "ratelimit-reset": String(Math.ceil(endsAt / 1000)),
    "ratelimit-resettime": new Date(endsAt).toUTCString(),
    ...(count > limit && { "retry-after": String(Math.ceil((endsAt - now) / 1000)) }),
  };
}
