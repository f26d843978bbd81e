import { type Logger } from "pino";
import { z } from "zod";
import { type Entrance } from "./platform/entrance.ts";
import { type Exchange, empty, json, Refusal, type Reply, text } from "./platform/exchange.ts";
import { type ActiveFault, FAULTY, type Faults, faultRule } from "./platform/faults.ts";
import { type Listening, serve } from "./platform/http.ts";
import { html, page } from "./platform/markup.ts";
import { createRouter } from "./platform/router.ts";

interface ControlOptions {
  faults: Faults;
  port: number;
  logger: Logger;
  entrance: Entrance;
}

/**
 * Puts the sandbox's systems out of order, for people (`/`, one page) and programs (`/faults`):
 * GET lists what is set, POST sets one, DELETE lifts all, DELETE /faults/:id one. Rules are those of platform/faults.ts.
 */
export function startControl({ faults, ...listening }: ControlOptions): Promise<Listening> {
  const router = createRouter();
  router.route("GET", "/", () => controlPage(faults));
  router.route("GET", "/faults", () => json(200, faults.list()));
  router.route("POST", "/faults", async (exchange) => {
    const rule = faultRule.safeParse(await fieldsOf(exchange));
    if (!rule.success) throw new Refusal(json(400, { error: z.prettifyError(rule.error) }));
    return done(exchange, json(201, faults.add(rule.data)));
  });
  router.route("DELETE", "/faults", () => {
    faults.liftAll();
    return empty(204);
  });
  router.route("DELETE", "/faults/:id", (exchange) => empty(faults.lift(Number(exchange.param("id"))) ? 204 : 404));
  // Forms cannot delete.
  router.route("POST", "/faults/:id/lift", (exchange) => {
    faults.lift(Number(exchange.param("id")));
    return done(exchange, empty(204));
  });
  return serve({ router, ...listening, before: refuseOtherSites });
}

/** Nobody signs in here: a page of another site may not press our buttons, nor reach us under a name of its own. */
function refuseOtherSites({ headers }: Exchange): void {
  const { origin, host = "" } = headers;
  const isAddress = /^(localhost|[\d.]+|\[[\da-f:]+\])(:\d+)?$/i.test(host);
  if (!isAddress || (origin !== undefined && origin !== `http://${host}`))
    throw new Refusal(text(403, "This address is for the sandbox's own pages and for programs.\n"));
}

/** `curl -d` calls everything a form, also JSON: a page in a browser is who asks for HTML. */
const isForm = ({ headers }: Exchange): boolean =>
  headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true &&
  headers.accept?.includes("text/html") === true;

/** A form goes back to the page, a program gets the answer. */
const done = (exchange: Exchange, reply: Reply): Reply =>
  isForm(exchange) ? { status: 303, headers: { location: "/" } } : reply;

async function fieldsOf(exchange: Exchange): Promise<unknown> {
  const body = (await exchange.body(64 * 1024)).toString("utf8");
  // What was left empty was not given.
  if (isForm(exchange)) return Object.fromEntries([...new URLSearchParams(body)].filter(([, value]) => value !== ""));
  try {
    return JSON.parse(body);
  } catch {
    throw new Refusal(json(400, { error: "the body is no JSON" }));
  }
}

const EXPLAINED: Record<ActiveFault["kind"], string> = {
  latency: "slow: handed on only after … ms",
  answer: "wrong: answered with this status instead",
  hang: "hangs: never answered",
  drop: "down: connections break, those under way too; a webhook is lost",
  "lose-answer": "done, but the answer is lost",
  cut: "the connection breaks after … bytes of the answer",
  truncate: "the answer ends after … bytes, as if it were whole",
};

function controlPage(faults: Faults): Reply {
  const rows = faults.list().map(
    (fault) => html`<tr><td>${fault.system}</td><td>${fault.kind}</td><td><code>${detailsOf(fault)}</code></td>
      <td>${String(fault.hits)}</td>
      <td><form method="post" action="/faults/${String(fault.id)}/lift"><button>Lift</button></form></td></tr>`,
  );
  const field = (name: string, label: string, hint: string) =>
    html`<label>${label} <input name="${name}" placeholder="${hint}" size="12"></label>`;
  const options = (names: readonly string[], titles: Record<string, string> = {}) =>
    names.map((name) => html`<option value="${name}">${titles[name] ?? name}</option>`);
  return page(
    "The sandbox",
    200,
    "Put a system out of order",
    html`
    <p>See what Kepler does when a system is slow, down, wrong or lossy. Nothing of this outlives a restart of the sandbox.</p>
    <form method="post" action="/faults">
      <p><label>System <select name="system">${options(FAULTY)}</select></label>
      <label>Fault <select name="kind">${options(Object.keys(EXPLAINED), EXPLAINED)}</select></label></p>
      <p>${field("ms", "ms", "2000")} ${field("status", "Status", "429")} ${field("body", "Answer", "Retry later")} ${field("bytes", "Bytes", "64")}</p>
      <p>${field("method", "Method", "any")} ${field("path", "Path (expression)", "any")} ${field("times", "Times", "until lifted")}
      ${field("forMs", "For ms", "until lifted")} ${field("every", "Each n-th", "1")}</p>
      <button>Set</button>
    </form>
    <h2>What is set</h2>
    <table><tr><th>System</th><th>Fault</th><th>When</th><th>Happened</th><th></th></tr>${rows}</table>
    <p><small>Programs: GET, POST and DELETE <code>/faults</code> with JSON of the same names.</small></p>`,
  );
}

function detailsOf({
  id: _id,
  hits: _hits,
  system: _system,
  kind: _kind,
  until: _until,
  ...rest
}: ActiveFault): string {
  const shown = Object.entries(rest).map(([name, value]) => [
    name,
    typeof value === "object" ? JSON.stringify(value) : value,
  ]);
  const given = shown.filter(([name, value]) => value !== "" && value !== "{}" && !(name === "every" && value === 1));
  return given.map(([name, value]) => `${name}=${value}`).join(" ");
}
