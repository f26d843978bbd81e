import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Logger } from "pino";
import { type Entrance } from "../platform/entrance.ts";
import { serve } from "../platform/http.ts";
import { AlertStore } from "./alerts.ts";
import { alertmanagerRoutes } from "./api.ts";
import { FIRST_CONFIG, readConfig } from "./config.ts";
import { Notifier } from "./notifier.ts";
import { SilenceStore } from "./silences.ts";

export type AlertmanagerOptions = {
  /** Holds alertmanager.yml, which is written once and then yours. */
  home: string;
  /** 0 chooses a free one. */
  port: number;
  logger: Logger;
  entrance?: Entrance;
};

/** Starts an Alertmanager that takes alerts, groups them, keeps silences, and tells webhooks. Alerts live in memory. */
export async function startAlertmanager({
  home,
  ...place
}: AlertmanagerOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const file = join(home, "alertmanager.yml");
  await mkdir(home, { recursive: true });
  await writeFile(file, FIRST_CONFIG, { flag: "wx" }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  let config = await readConfig(file);
  const reload = async () => {
    config = await readConfig(file);
  };
  const alerts = new AlertStore();
  const silences = new SilenceStore();
  let url = "";
  const ground = { alerts, silences, config: () => config, now: Date.now };
  const notifier = new Notifier({ ...ground, url: () => url, logger: place.logger });
  const router = alertmanagerRoutes({ ...ground, notifier, reload, startedAt: Date.now() });
  const listening = await serve({ router, ...place });
  ({ url } = listening);
  return {
    url,
    stop: async () => {
      notifier.stop();
      await listening.close();
    },
  };
}
