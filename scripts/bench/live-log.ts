import { buildLogEvent, buildView, createBuildResult } from "#lib/builds/schema";
import { type Figure, percentile } from "./figures.ts";
import { type Product } from "./product.ts";
import { type Session } from "./session.ts";

const TIMES = 7;
const LIMIT_MS = 1_000;
const LOOK_EVERY_MS = 10;

/** From the click on "Build" to the first text of the log; beside it what somebody at Jenkins itself would wait. */
export async function measureLiveLog({ jenkins }: Product, session: Session, app: string): Promise<Figure[]> {
  const ours: number[] = [];
  const jenkinsOwn: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const { buildId, firstTextMs } = await buildAndFollow(session, app, `bench-log-${i}`);
    ours.push(firstTextMs);
    const build = await session.get(`/api/builds/${buildId}`, buildView);
    jenkinsOwn.push(await firstByteFromJenkins(jenkins, build));
  }
  return [
    liveLogFigure("p50", 0.5, ours, jenkinsOwn),
    { ...liveLogFigure("slowest", 1, ours, jenkinsOwn), limit: LIMIT_MS },
  ];
}

const liveLogFigure = (which: string, p: number, ours: number[], jenkinsOwn: number[]): Figure => ({
  name: `click on Build → first text of the live log, ${which} of ${ours.length}`,
  value: percentile(ours, p),
  unit: "ms",
  baseline: { name: "Jenkins' own console", value: percentile(jenkinsOwn, p) },
});

/** Reads the log to its end, so that the next build finds an idle Jenkins. */
async function buildAndFollow(session: Session, app: string, idempotencyKey: string) {
  const clickedAt = performance.now();
  const wanted = { ref: "main", refKind: "branch", idempotencyKey };
  const { buildId } = await session.post(`/api/apps/${app}/builds`, wanted, createBuildResult);
  const log = await session.fetch(`/api/builds/${buildId}/log`);
  let firstTextMs: number | undefined;
  for await (const event of logEvents(log)) if (event.type === "text") firstTextMs ??= performance.now() - clickedAt;
  if (firstTextMs === undefined) throw new Error("a build's log ended without a line");
  return { buildId, firstTextMs };
}

async function* logEvents(log: Response) {
  let rest = "";
  for await (const text of log.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const messages = (rest + text).split("\n\n");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data !== undefined) yield buildLogEvent.parse(JSON.parse(data));
    }
  }
}

/**
 * The same commit built once more through Jenkins' own API, its console polled as its page does, only more often:
 * trigger → queue item → progressiveText (https://www.jenkins.io/doc/book/using/remote-access-api/).
 */
async function firstByteFromJenkins(
  { user, token }: Product["jenkins"],
  build: { jenkinsUrl: string | null; commitSha: string; imageRepository: string },
): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  const ask = (url: string, init?: RequestInit) => fetch(url, { ...init, headers: { authorization } });
  const job = (build.jenkinsUrl ?? "").replace(/\d+\/$/, "");
  const parameters = new URLSearchParams({
    KEPLER_BUILD_ID: crypto.randomUUID(),
    KEPLER_COMMIT: build.commitSha,
    KEPLER_IMAGE: `${build.imageRepository}:bench`,
    KEPLER_CALLBACK_URL: "http://127.0.0.1:1/",
  });

  const clickedAt = performance.now();
  const queued = await ask(`${job}buildWithParameters?delay=0sec`, { method: "POST", body: parameters });
  const item = queued.headers.get("location") ?? "";
  const run = await poll(async () => {
    const { executable }: { executable?: { url: string } } = JSON.parse(await (await ask(`${item}api/json`)).text());
    return executable?.url;
  });
  await poll(async () => {
    const console = await ask(`${run}logText/progressiveText?start=0`);
    return console.ok && (await console.text()) !== "";
  });
  const firstByteMs = performance.now() - clickedAt;
  await poll(async () => (await (await ask(`${run}api/json`)).text()).includes('"building":false'));
  return firstByteMs;
}

async function poll<T>(look: () => Promise<T>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((tick) => setTimeout(tick, LOOK_EVERY_MS));
  }
}
