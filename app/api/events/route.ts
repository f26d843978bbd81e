import { eventStream, eventStreamInput } from "#lib/access/event-stream";
import { route } from "#lib/access/route";

export const GET = route(
  { permission: "self.read", input: eventStreamInput, output: "stream" },
  async ({ actor, input, request, ...world }) => {
    const lastEventId = request.headers.get("last-event-id") ?? input.lastEventId;
    return eventStream(world, { actor, request, lastEventId: lastEventId ?? undefined });
  },
);
