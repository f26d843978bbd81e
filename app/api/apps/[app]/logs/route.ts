import { z } from "zod";
import { route } from "#lib/access/route";
import { stillAllowed } from "#lib/access/still-allowed";
import { ownContainerOf } from "#lib/logs/own-container";
import { logSourceOf, podLogStream } from "#lib/logs/pod-log-stream";
import { takeReadingPlace } from "#lib/logs/reading-places";
import { decodePositions } from "#lib/logs/resume-rules";
import { logWishInput } from "#lib/logs/schema";

const input = logWishInput.extend({
  tail: z.coerce.number().int().min(0).max(10_000).default(200),
  /** For pages that open a new stream themselves; EventSource sends the header Last-Event-ID. */
  lastEventId: z.string().max(20_000).optional(),
});

export const GET = route(
  {
    permission: "app.logs",
    input,
    output: "stream",
    scope: { app: "app" },
  },
  async ({ actor: reader, input: wish, scope, db, subscribe, now, request, signal }) => {
    const app = { id: scope.app.id, name: scope.app.name };
    const source = await logSourceOf({ db, subscribe }, { app, environment: wish.environment, pods: wish.pod });
    const { tail, since = null, previous } = wish;
    const container = wish.container ?? (await ownContainerOf(db, app, wish.environment));
    const positions = decodePositions(request.headers.get("last-event-id") ?? wish.lastEventId ?? "");
    const mayStill = () => stillAllowed({ db, now }, request, "app.logs", scope.app.teamId);
    const onEnd = takeReadingPlace(reader.id);
    return podLogStream(source, { container, tail, since, previous, positions }, { signal, mayStill, onEnd });
  },
);
