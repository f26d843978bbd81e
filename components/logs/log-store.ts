import { type LogLevel, levelOf } from "#lib/logs/level-rules";
import type { PodLogEvent, PodStanding } from "#lib/logs/schema";
import type { ApiError } from "../shell/api.ts";
import type { StreamStatus } from "../shell/resuming-stream.ts";
import { LogBuffer, type LogLine } from "../ui/log-buffer.ts";

export type PodState = { pod: string; state: PodStanding; reason: string | null };
type Connection = Exclude<StreamStatus["state"], "signed-out">;
export type Logs = {
  /** The newest lines of all pods, in the order of their times. */
  lines: LogLine[];
  pods: PodState[];
  /** Pods beyond as many as can be followed at once. */
  leftOut: readonly string[];
  /** Lines since the page was opened, those that have left the buffer included. */
  received: number;
  /** How often the connection was lost and found again, with nothing missing. */
  resumed: number;
  connection: Connection;
  /** Why the server opens no stream, while it does not. */
  refusal: ApiError | null;
};

export const NO_LOGS: Logs = {
  ...{ lines: [], pods: [], leftOut: [], received: 0, resumed: 0 },
  connection: "connecting",
  refusal: null,
};

/** What has been heard of some pods' logs. */
export class LogStore {
  readonly #buffer: LogBuffer;
  readonly #pods = new Map<string, PodState>();
  readonly #levels = new Map<string, LogLevel | null>();
  #leftOut: readonly string[] = [];
  #received = 0;
  #resumed = 0;
  #connection: Connection = "connecting";
  #refusal: ApiError | null = null;
  #wasLive = false;

  constructor(limit?: number) {
    this.#buffer = new LogBuffer(limit);
  }

  hear(event: PodLogEvent): void {
    if (event.type === "left-out") {
      this.#leftOut = event.pods;
      return;
    }
    const { pod } = event;
    if (event.type === "state") {
      this.#pods.set(pod, event);
      return;
    }
    if (event.type === "gap") {
      this.#buffer.append([{ text: "", at: event.before, source: pod, level: "warn", isGap: true }]);
      return;
    }
    let level = this.#levels.get(pod) ?? null;
    this.#buffer.append(
      event.lines.map(([at, text]) => {
        level = levelOf(text, level);
        return { at, text, source: pod, level };
      }),
    );
    this.#levels.set(pod, level);
    this.#received += event.lines.length;
  }

  turn(connection: Connection, refusal: ApiError | null = null): void {
    const wasLost = this.#connection === "reconnecting" || this.#connection === "refused";
    if (connection === "live" && wasLost && this.#wasLive) this.#resumed += 1;
    // Each connection says it anew, and nothing where there is nothing to say.
    if (connection === "live") this.#wasLive = true;
    else this.#leftOut = [];
    this.#connection = connection;
    this.#refusal = refusal;
  }

  snapshot(): Logs {
    return {
      lines: this.#buffer.snapshot(),
      pods: [...this.#pods.values()],
      leftOut: this.#leftOut,
      received: this.#received,
      resumed: this.#resumed,
      connection: this.#connection,
      refusal: this.#refusal,
    };
  }
}
