import { LOG_LEVELS, type LogLevel } from "#lib/logs/level-rules";

export const SINCE = ["15m", "1h", "6h", "24h", "all"] as const;
export type Since = (typeof SINCE)[number];
const MINUTES: Record<Exclude<Since, "all">, number> = { "15m": 15, "1h": 60, "6h": 360, "24h": 1440 };

/** What is shown of the logs, as the address says it. */
export type LogFilter = {
  /** None = all of them. */
  pods: readonly string[];
  /** Null = the app's own. */
  container: string | null;
  previous: boolean;
  /** Null = the last lines, and what comes. */
  since: Since | null;
  q: string;
  level: LogLevel | null;
};

export function readLogFilter(query: Pick<URLSearchParams, "get">): LogFilter {
  return {
    pods:
      query
        .get("pod")
        ?.split(",")
        .filter((name) => name !== "") ?? [],
    container: query.get("container"),
    previous: query.get("previous") === "true",
    since: SINCE.find((each) => each === query.get("since")) ?? null,
    q: query.get("q") ?? "",
    level: LOG_LEVELS.find((each) => each === query.get("level")) ?? null,
  };
}

/** Only what differs from the beginning. */
export function toQuery({ pods, container, previous, since, q, level }: LogFilter): URLSearchParams {
  const query = new URLSearchParams();
  const said = {
    pod: pods.join(",") || null,
    container,
    previous: previous ? "true" : null,
    since,
    q: q || null,
    level,
  };
  for (const [name, value] of Object.entries(said)) if (value !== null) query.set(name, value);
  return query;
}

/** What the API is asked for: whose log and from when on. */
export function sourceQuery(
  environment: string,
  { pods, container, previous, since }: Omit<LogFilter, "q" | "level">,
  now: Date,
): URLSearchParams {
  const query = new URLSearchParams({ environment });
  if (pods.length > 0) query.set("pod", pods.join(","));
  if (container) query.set("container", container);
  if (previous) query.set("previous", "true");
  const from = since === "all" ? new Date(0) : since && new Date(now.getTime() - MINUTES[since] * 60_000);
  if (from) query.set("since", from.toISOString());
  return query;
}
