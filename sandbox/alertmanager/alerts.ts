import { z } from "zod";
import { fingerprint, type Labels } from "./labels.ts";

const labelSet = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string());

/** One alert as POST /api/v2/alerts takes it (github.com/prometheus/alertmanager, api/v2/openapi.yaml, postableAlert). */
export const postableAlert = z.object({
  labels: labelSet.refine(
    (labels) => Object.values(labels).some((value) => value !== ""),
    "at least one label pair required",
  ),
  annotations: labelSet.default({}),
  startsAt: z.iso.datetime({ offset: true }).optional(),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  generatorURL: z.string().default(""),
});
export type PostableAlert = z.infer<typeof postableAlert>;

export type Alert = {
  fingerprint: string;
  labels: Labels;
  annotations: Labels;
  startsAt: number;
  /** When it is over; a sender that goes silent makes it so after resolve_timeout. */
  endsAt: number;
  /** Nobody said an end: it moves on with every time that the alert is sent again. */
  isOpenEnded: boolean;
  updatedAt: number;
  generatorURL: string;
};

/** An alert that says nothing of its end; Alertmanager prints Go's zero time for it. */
const ZERO_TIME = "0001-01-01T00:00:00Z";
const isZero = (at: string | undefined): boolean => at === undefined || at.startsWith("0001-01-01T00:00:00");

export const isResolved = (alert: Alert, now: number): boolean => alert.endsAt <= now;
/** As it goes out: a firing alert with an open end has none. */
export const endOf = (alert: Alert, now: number): string =>
  alert.isOpenEnded && !isResolved(alert, now) ? ZERO_TIME : new Date(alert.endsAt).toISOString();

/** All alerts by fingerprint. Those over for longer than `keepMs` are forgotten at the next addition. */
export class AlertStore {
  readonly #alerts = new Map<string, Alert>();
  readonly #keepMs: number;

  constructor(keepMs = 15 * 60_000) {
    this.#keepMs = keepMs;
  }

  put(posted: PostableAlert, resolveTimeoutMs: number, now: number): Alert {
    for (const [key, { endsAt }] of this.#alerts) if (endsAt < now - this.#keepMs) this.#alerts.delete(key);
    const key = fingerprint(posted.labels);
    const before = this.#alerts.get(key);
    const saidStart = isZero(posted.startsAt) ? undefined : Date.parse(posted.startsAt ?? "");
    const saidEnd = isZero(posted.endsAt) ? undefined : Date.parse(posted.endsAt ?? "");
    const start = saidStart ?? Math.min(now, saidEnd ?? now);
    const alert = {
      fingerprint: key,
      labels: posted.labels,
      annotations: posted.annotations,
      // The same alert sent again goes on; one that was over begins anew.
      startsAt: before && !isResolved(before, now) ? Math.min(before.startsAt, start) : start,
      endsAt: saidEnd ?? now + resolveTimeoutMs,
      isOpenEnded: saidEnd === undefined,
      updatedAt: now,
      generatorURL: posted.generatorURL,
    };
    this.#alerts.set(key, alert);
    return alert;
  }

  get(key: string): Alert | undefined {
    return this.#alerts.get(key);
  }

  all(): Alert[] {
    return [...this.#alerts.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  }
}
