import { z } from "zod";
import { type Exchange, empty, json, Refusal, text } from "../platform/exchange.ts";
import { createRouter, type Router } from "../platform/router.ts";
import { type Alert, type AlertStore, isResolved, postableAlert } from "./alerts.ts";
import { type Config } from "./config.ts";
import { type Matcher, matches, parseMatcher } from "./labels.ts";
import { type Notifier } from "./notifier.ts";
import { postableSilence, type Silence, type SilenceStore, stateOf } from "./silences.ts";

type Ground = {
  alerts: AlertStore;
  silences: SilenceStore;
  notifier: Notifier;
  config: () => Config;
  reload: () => Promise<void>;
  startedAt: number;
  now: () => number;
};

/** Refusals are a JSON string, as go-openapi writes them. */
const bad = (status: number, sentence: string) => new Refusal(json(status, sentence));

/** Alertmanager's API v2 (github.com/prometheus/alertmanager, api/v2/openapi.yaml), as far as it is used. */
export function alertmanagerRoutes(ground: Ground): Router {
  const { alerts, silences, notifier, config, now } = ground;
  const router = createRouter();

  router.route("GET", "/-/healthy", () => text(200, "OK"));
  router.route("GET", "/-/ready", () => text(200, "OK"));
  router.route("POST", "/-/reload", async () => {
    await ground.reload().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal(text(500, `failed to reload config: ${why}\n`));
    });
    return text(200, "");
  });
  router.route("GET", "/api/v2/status", () =>
    json(200, {
      cluster: { status: "disabled" },
      config: { original: JSON.stringify(config()) },
      uptime: new Date(ground.startedAt).toISOString(),
      versionInfo: {
        branch: "HEAD",
        buildDate: "",
        buildUser: "",
        goVersion: "",
        revision: "sandbox",
        version: "0.25.0",
      },
    }),
  );

  router.route("POST", "/api/v2/alerts", async (exchange) => {
    const posted = parsed(z.array(postableAlert), await bodyOf(exchange));
    for (const each of posted) notifier.add(alerts.put(each, config().global.resolve_timeout, now()));
    return empty(200);
  });
  router.route("GET", "/api/v2/alerts", ({ query }) => {
    const wanted = filterOf(query);
    const isOn = (name: string) => query.get(name) !== "false";
    const shown = alerts.all().filter((alert) => {
      if (isResolved(alert, now()) || !matches(wanted, alert.labels)) return false;
      return silences.over(alert.labels, now()).length > 0 ? isOn("silenced") : isOn("active");
    });
    return json(200, shown.map(gettable));
  });

  router.route("POST", "/api/v2/silences", async (exchange) => {
    const silence = silences.put(parsed(postableSilence, await bodyOf(exchange)), now());
    if (!silence) throw bad(404, "silence not found");
    return json(200, { silenceID: silence.id });
  });
  router.route("GET", "/api/v2/silences", ({ query }) => {
    const wanted = filterOf(query);
    const fits = ({ matchers }: Silence) =>
      matches(wanted, Object.fromEntries(matchers.map(({ name, value }) => [name, value])));
    return json(200, silences.all().filter(fits).map(shownSilence));
  });
  router.route("GET", "/api/v2/silence/:id", ({ param }) => {
    const silence = silences.get(param("id"));
    return silence ? json(200, shownSilence(silence)) : empty(404);
  });
  router.route("DELETE", "/api/v2/silence/:id", ({ param }) => {
    if (!silences.expire(param("id"), now())) return empty(404);
    return empty(200);
  });

  const shownSilence = (silence: Silence) => ({ ...silence, status: { state: stateOf(silence, now()) } });
  const gettable = (alert: Alert) => {
    const silencedBy = silences.over(alert.labels, now());
    return {
      annotations: alert.annotations,
      endsAt: new Date(alert.endsAt).toISOString(),
      fingerprint: alert.fingerprint,
      receivers: [{ name: config().route.receiver }],
      startsAt: new Date(alert.startsAt).toISOString(),
      status: { inhibitedBy: [], silencedBy, state: silencedBy.length > 0 ? "suppressed" : "active" },
      updatedAt: new Date(alert.updatedAt).toISOString(),
      generatorURL: alert.generatorURL,
      labels: alert.labels,
    };
  };
  return router;
}

function filterOf(query: URLSearchParams): Matcher[] {
  return query.getAll("filter").map((written) => {
    const matcher = parseMatcher(written);
    if (!matcher) throw bad(400, `bad matcher format: ${written}`);
    return matcher;
  });
}

async function bodyOf(exchange: Exchange): Promise<unknown> {
  const body = (await exchange.body()).toString("utf8");
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(json(400, { code: 400, message: `parsing body failed: ${body.slice(0, 80)}` }));
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw bad(400, result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}
