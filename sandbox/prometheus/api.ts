import { type Exchange, type Handler, text } from "../platform/exchange.ts";
import { createRouter, type Router } from "../platform/router.ts";
import { expose, TEXT_FORMAT } from "./exposition.ts";
import { type Labels } from "./metrics.ts";
import { optionalTimeOf, parametersOf, stepOf, timeOf } from "./parameters.ts";
import { ExecutionError, type Expr, ParseError } from "./promql/ast.ts";
import { collect, Evaluation } from "./promql/evaluate.ts";
import { signature, sorted } from "./promql/labels.ts";
import { parse } from "./promql/parse.ts";
import { badData, matrixOf, refusal, resultOf, success } from "./replies.ts";
import { type Scraper } from "./scraper.ts";
import { type Series, type Tape } from "./tape.ts";

export type Ground = { tape: Tape; scraper: Scraper; url: () => string; now: () => number };

const MOST_POINTS = 11_000;
/** The release whose behaviour this follows. */
const BUILD = {
  version: "2.42.0",
  revision: "sandbox",
  branch: "HEAD",
  buildUser: "",
  buildDate: "20230131-18:31:00",
  goVersion: "go1.19.5",
};

/** Prometheus's HTTP API, as far as it is read (prometheus.io/docs/prometheus/latest/querying/api). */
export function prometheusRoutes(ground: Ground): Router {
  const { tape, scraper, now } = ground;
  const router = createRouter();
  /** GET, or POST with the parameters in a form. */
  const both = (path: string, answer: (parameters: URLSearchParams, exchange: Exchange) => unknown): void => {
    const handler: Handler = async (exchange) => success(answer(await parametersOf(exchange), exchange));
    router.route("GET", path, handler);
    router.route("POST", path, handler);
  };
  both("/api/v1/query", (parameters) => {
    const at = optionalTimeOf(parameters, "time", now());
    const expr = expression(parameters.get("query") ?? "");
    const evaluation = new Evaluation(tape, { start: at, end: at, stepMs: 0 });
    return resultOf(
      executed(() => evaluation.at(expr, at)),
      at,
    );
  });
  both("/api/v1/query_range", (parameters) => {
    const span = { start: timeOf(parameters, "start"), end: timeOf(parameters, "end"), stepMs: stepOf(parameters) };
    refuseSpan(span);
    const expr = expression(parameters.get("query") ?? "", "");
    if (expr.type !== "scalar" && expr.type !== "instant vector")
      throw badData(`invalid expression type "${expr.type}" for range query, must be Scalar or instant Vector`);
    return matrixOf(executed(() => collect(new Evaluation(tape, span), expr, span)));
  });
  both("/api/v1/series", (parameters) => {
    if (parameters.getAll("match[]").length === 0) throw badData("no match[] parameter provided");
    return labelSets(selected(ground, parameters)).map((labels) => Object.fromEntries(sorted(labels)));
  });
  both("/api/v1/labels", (parameters) =>
    unique(selected(ground, parameters).flatMap(({ labels }) => Object.keys(labels))),
  );
  router.route("GET", "/api/v1/label/:name/values", (exchange) => {
    const name = exchange.param("name");
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw badData(`invalid label name: ${JSON.stringify(name)}`);
    return success(unique(selected(ground, exchange.query).flatMap(({ labels }) => labels[name] ?? [])));
  });
  router.route("GET", "/api/v1/metadata", ({ query }) => {
    const wanted = scraper.metadata().filter(({ name }) => name === (query.get("metric") ?? name));
    const limit = Number(query.get("limit") ?? -1);
    const shown = limit < 0 ? wanted : wanted.slice(0, limit);
    return success(Object.fromEntries(shown.map(({ name, type, help }) => [name, [{ type, help, unit: "" }]])));
  });
  router.route("GET", "/api/v1/rules", () => success({ groups: [] }));
  router.route("GET", "/api/v1/alerts", () => success({ alerts: [] }));
  router.route("GET", "/api/v1/targets", () => success({ activeTargets: targetsOf(ground), droppedTargets: [] }));
  router.route("GET", "/api/v1/status/buildinfo", () => success(BUILD));
  router.route("GET", "/-/healthy", () => text(200, "Prometheus Server is Healthy.\n"));
  router.route("GET", "/-/ready", () => text(200, "Prometheus Server is Ready.\n"));
  router.route("GET", "/metrics", () => exposed(ground, () => true));
  router.route("GET", "/metrics/:job", (exchange) => exposed(ground, (job) => job === exchange.param("job")));
  return router;
}

/** What another Prometheus may scrape here: everything, or one job. */
const exposed = ({ scraper }: Ground, wanted: (job: string) => boolean) =>
  text(200, expose(scraper.targets.filter(({ job }) => wanted(job)).flatMap(({ collect: all }) => [...all()])), {
    "content-type": TEXT_FORMAT,
  });

/** A range query's refusal does not name the parameter. */
function expression(query: string, told = 'invalid parameter "query": '): Expr {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof ParseError) throw badData(`${told}${error.message}`);
    throw error;
  }
}

function executed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExecutionError) throw refusal("execution", error.message);
    throw error;
  }
}

function refuseSpan({ start, end, stepMs }: { start: number; end: number; stepMs: number }): void {
  if (end < start) throw badData(`invalid parameter "end": end timestamp must not be before start time`);
  if (stepMs <= 0)
    throw badData(
      `invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer`,
    );
  if ((end - start) / stepMs > MOST_POINTS)
    throw badData(
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
    );
}

/** The series that any of the `match[]` selectors chooses, of those that had a sample in the time asked for. */
function selected({ tape }: Ground, parameters: URLSearchParams): Series[] {
  const from = optionalTimeOf(parameters, "start", 0);
  const to = optionalTimeOf(parameters, "end", Number.MAX_SAFE_INTEGER);
  const matches = parameters.getAll("match[]");
  const chosen = matches.map((match) => {
    const expr = expression(match);
    if (expr.kind !== "selector") throw badData(`invalid parameter "match[]": ${expr.kind} is not a series selector`);
    return expr.tests;
  });
  const all = matches.length === 0 ? tape.select([]) : chosen.flatMap((tests) => tape.select(tests));
  return all.filter((series) => series.latest(to, to - from) !== undefined || series.between(from, to).length > 0);
}

const unique = (all: string[]): string[] => [...new Set(all)].sort();
const labelSets = (all: Series[]): Labels[] => [
  ...new Map(all.map(({ labels }) => [signature(labels), labels])).values(),
];

const targetsOf = ({ scraper, url }: Ground) =>
  scraper.targets.map(({ job, instance, everyMs }) => {
    const { lastScrape, durationMs, lastError } = scraper.healthOf(job);
    const scrapeUrl = `${url()}/metrics/${job}`;
    return {
      discoveredLabels: { __address__: instance, __metrics_path__: `/metrics/${job}`, __scheme__: "http", job },
      labels: { instance, job },
      scrapePool: job,
      scrapeUrl,
      globalUrl: scrapeUrl,
      lastError,
      lastScrape: new Date(lastScrape).toISOString(),
      lastScrapeDuration: durationMs / 1000,
      health: lastError === "" ? "up" : "down",
      scrapeInterval: `${everyMs / 1000}s`,
      scrapeTimeout: `${everyMs / 1000}s`,
    };
  });
