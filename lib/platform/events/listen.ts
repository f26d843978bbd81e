import pg from "pg";

type Options = {
  onPayload: (payload: string) => void;
  /** After each (re)connect, before further payloads are handed on: the place to read what was missed. */
  onConnected: () => Promise<void>;
  onError: (error: Error) => void;
};

export type Listening = { ready: Promise<void>; close(): Promise<void> };

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;
/** A dead peer must show although nothing is said: TCP keepalive does that on an idle LISTEN connection. */
const KEEPALIVE_MS = 10_000;

/** Holds one connection with `LISTEN channel` (https://www.postgresql.org/docs/18/sql-listen.html), for ever. */
export function listen(url: string, channel: string, options: Options): Listening {
  let client: pg.Client | undefined;
  let closed = false;
  let retryMs = FIRST_RETRY_MS;
  let timer: NodeJS.Timeout | undefined;
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();

  const again = (error: unknown) => {
    if (closed || timer !== undefined) return;
    options.onError(error instanceof Error ? error : new Error(String(error)));
    timer = setTimeout(() => {
      timer = undefined;
      void connect();
    }, retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  };

  const connect = async () => {
    const attempt = new pg.Client({
      connectionString: url,
      application_name: "kepler-listen",
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_MS,
    });
    client = attempt;
    const held: string[] = [];
    let caughtUp = false;
    attempt.on("notification", ({ payload = "" }) => (caughtUp ? options.onPayload(payload) : held.push(payload)));
    attempt.on("error", (error) => lost(attempt, error));
    attempt.on("end", () => lost(attempt, new Error("connection ended")));
    try {
      await attempt.connect();
      await attempt.query(`listen ${attempt.escapeIdentifier(channel)}`);
      await options.onConnected();
      for (const payload of held) options.onPayload(payload);
      caughtUp = true;
      retryMs = FIRST_RETRY_MS;
      isReady();
    } catch (error) {
      lost(attempt, error);
    }
  };

  const lost = (which: pg.Client, error: unknown) => {
    if (which !== client) return;
    client = undefined;
    void which.end().catch(() => undefined);
    again(error);
  };

  void connect();
  return {
    ready,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const open = client;
      client = undefined;
      await open?.end();
    },
  };
}
