import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Prometheus's durations: "30s", "1h30m", "500ms" (prometheus.io/docs/prometheus/latest/configuration/configuration). */
const duration = z
  .string()
  .regex(/^(\d+(ms|s|m|h|d|w))+$/, "not a valid duration string")
  .transform((text) =>
    [...text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS],
      0,
    ),
  );

const webhook = z.object({
  url: z.url(),
  send_resolved: z.boolean().default(true),
  /** 0: all of them. */
  max_alerts: z.number().int().min(0).default(0),
  http_config: z
    .object({ authorization: z.object({ type: z.string().default("Bearer"), credentials: z.string() }) })
    .optional(),
});

/** alertmanager.yml as far as Kepler's users meet it: one route, webhooks (prometheus.io/docs/alerting/latest/configuration). */
const schema = z
  .object({
    global: z.object({ resolve_timeout: duration.default(300_000) }).prefault({}),
    route: z.object({
      receiver: z.string(),
      group_by: z.array(z.string()).default([]),
      group_wait: duration.default(30_000),
      group_interval: duration.default(300_000),
      repeat_interval: duration.default(4 * 3_600_000),
    }),
    receivers: z.array(z.object({ name: z.string(), webhook_configs: z.array(webhook).default([]) })),
  })
  .refine(({ route, receivers }) => receivers.some(({ name }) => name === route.receiver), {
    path: ["route", "receiver"],
    message: "undefined receiver used in route",
  });
export type Config = z.infer<typeof schema>;
export type Webhook = z.infer<typeof webhook>;

/** What an Alertmanager starts with here: it groups and tells nobody, until somebody names a webhook and reloads. */
export const FIRST_CONFIG = `# prometheus.io/docs/alerting/latest/configuration; POST /-/reload after a change
route:
  receiver: kepler
  group_by: [alertname]
  group_wait: 1s
  group_interval: 5s
receivers:
  - name: kepler
    # webhook_configs: [{url: "http://127.0.0.1:3000/…"}]
`;

/** Throws with every fault of the file in one sentence. */
export async function readConfig(file: string): Promise<Config> {
  const parsed = schema.safeParse(parse(await readFile(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}
