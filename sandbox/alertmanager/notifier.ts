import { type Logger } from "pino";
import { type Alert, type AlertStore, endOf, isResolved } from "./alerts.ts";
import { type Config, type Webhook } from "./config.ts";
import { common, type Labels, printed } from "./labels.ts";
import { type SilenceStore } from "./silences.ts";

type Group = {
  labels: Labels;
  members: Set<string>;
  timer: NodeJS.Timeout;
  told: Map<string, "firing" | "resolved">;
  toldAt: number;
};
type Ground = {
  alerts: AlertStore;
  silences: SilenceStore;
  config: () => Config;
  /** Of this Alertmanager, for people who follow a link out of a message. */
  url: () => string;
  now: () => number;
  logger: Logger;
};

const SEND_WITHIN_MS = 10_000;

/**
 * Gathers alerts into groups and tells the receiver of them: first after group_wait, then every group_interval if
 * something has changed, and again after repeat_interval (prometheus.io/docs/alerting/latest/configuration/#route).
 */
export class Notifier {
  readonly #ground: Ground;
  readonly #groups = new Map<string, Group>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  add(alert: Alert): void {
    const { route } = this.#ground.config();
    const names = route.group_by.includes("...") ? Object.keys(alert.labels) : route.group_by;
    const labels = Object.fromEntries(
      names.flatMap((name) => (alert.labels[name] === undefined ? [] : [[name, alert.labels[name]]])),
    );
    const key = printed(labels);
    const group = this.#groups.get(key);
    if (group) group.members.add(alert.fingerprint);
    else if (!isResolved(alert, this.#ground.now())) this.#open(key, labels, alert);
  }

  stop(): void {
    for (const { timer } of this.#groups.values()) clearTimeout(timer);
    this.#groups.clear();
  }

  #open(key: string, labels: Labels, alert: Alert): void {
    const timer = setTimeout(() => void this.#flush(key), this.#ground.config().route.group_wait);
    this.#groups.set(key, { labels, members: new Set([alert.fingerprint]), timer, told: new Map(), toldAt: 0 });
  }

  async #flush(key: string): Promise<void> {
    const { alerts, silences, config, now, logger } = this.#ground;
    const group = this.#groups.get(key);
    if (!group) return;
    const { route, receivers } = config();
    const at = now();
    const members = [...group.members].flatMap((member) => alerts.get(member) ?? []);
    const loud = members.filter(({ labels }) => silences.over(labels, at).length === 0);
    const hooks = receivers.find(({ name }) => name === route.receiver)?.webhook_configs ?? [];
    const states = new Map(
      loud.map((alert) => [alert.fingerprint, isResolved(alert, at) ? "resolved" : "firing"] as const),
    );
    // Of an end only those hear who heard of the beginning.
    const news = [...states].some(
      ([member, state]) => group.told.get(member) !== state && (state === "firing" || group.told.has(member)),
    );
    const repeats = [...states.values()].includes("firing") && at - group.toldAt >= route.repeat_interval;
    if (news || repeats) {
      const told = loud.filter(
        ({ fingerprint }) => states.get(fingerprint) === "firing" || group.told.has(fingerprint),
      );
      const sent = await Promise.all(hooks.map((hook) => this.#send(hook, group.labels, told, at)));
      if (sent.every(Boolean)) {
        group.told = states;
        group.toldAt = at;
      } else logger.warn({ group: key }, "a receiver did not take the alerts; they are sent again");
    }
    for (const alert of members)
      if (isResolved(alert, at) && group.told.get(alert.fingerprint) !== "firing")
        group.members.delete(alert.fingerprint);
    // Stopped meanwhile.
    if (this.#groups.get(key) !== group) return;
    if (group.members.size === 0) this.#groups.delete(key);
    else group.timer = setTimeout(() => void this.#flush(key), route.group_interval);
  }

  /** The webhook's message, version 4 (prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
  async #send(hook: Webhook, groupLabels: Labels, all: readonly Alert[], at: number): Promise<boolean> {
    const { url, config } = this.#ground;
    const alerts = hook.send_resolved ? all : all.filter((alert) => !isResolved(alert, at));
    if (alerts.length === 0) return true;
    const kept = hook.max_alerts > 0 ? alerts.slice(0, hook.max_alerts) : alerts;
    const message = {
      receiver: config().route.receiver,
      status: alerts.every((alert) => isResolved(alert, at)) ? "resolved" : "firing",
      alerts: kept.map((alert) => ({
        status: isResolved(alert, at) ? "resolved" : "firing",
        labels: alert.labels,
        annotations: alert.annotations,
        startsAt: new Date(alert.startsAt).toISOString(),
        endsAt: endOf(alert, at),
        generatorURL: alert.generatorURL,
        fingerprint: alert.fingerprint,
      })),
      groupLabels,
      commonLabels: common(alerts.map(({ labels }) => labels)),
      commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
      externalURL: url(),
      version: "4",
      groupKey: `{}:${printed(groupLabels)}`,
      truncatedAlerts: alerts.length - kept.length,
    };
    const credentials = hook.http_config?.authorization;
    const response = await fetch(hook.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Alertmanager/0.25.0",
        ...(credentials && { authorization: `${credentials.type} ${credentials.credentials}` }),
      },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(SEND_WITHIN_MS),
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  }
}
