import { z } from "zod";
import { route } from "#lib/access/route";
import { logLevel } from "#lib/logs/level-rules";
import { logDownload } from "#lib/logs/log-download";
import { ownContainerOf } from "#lib/logs/own-container";
import { logSourceOf } from "#lib/logs/pod-log-stream";
import { takeReadingPlace } from "#lib/logs/reading-places";
import { logWishInput } from "#lib/logs/schema";

const input = logWishInput.extend({ q: z.string().max(500).default(""), level: logLevel.optional() });

/** What the cluster has of these logs at this moment, whole or filtered, as a file. */
export const GET = route(
  { permission: "app.logs", input, output: "stream", scope: { app: "app" } },
  async ({ actor, input: wish, scope: { app }, db, subscribe, signal }) => {
    const { environment, pod: pods, since = null, previous, q: text, level = null } = wish;
    const container = wish.container ?? (await ownContainerOf(db, app, environment));
    const source = await logSourceOf({ db, subscribe }, { app, environment, pods });
    const name = `${pods.length === 1 ? pods[0] : app.name}-${environment}.log`;
    const onEnd = takeReadingPlace(actor.id);
    return logDownload(source, { container, since, previous, text, level }, { name, signal, onEnd });
  },
);
