import { z } from "zod";
import { route } from "#lib/access/route";
import { getTerminal, recordingOf } from "#lib/terminal/queries";
import { mayReviewTerminals } from "#lib/terminal/rules";

/** asciicast v2, as `asciinema play` reads it. */
export const GET = route(
  {
    permission: "app.terminal.own",
    input: z.object({ app: z.string(), id: z.uuid() }),
    output: "stream",
    scope: { app: "app" },
  },
  async ({ input, scope, actor, db }) => {
    const reader = { id: actor.id, mayReview: mayReviewTerminals(actor, scope.app.teamId) };
    const { id } = await getTerminal(db, scope.app.id, input.id, reader);
    const pieces = recordingOf(db, id);
    const body = new ReadableStream<string>({
      pull: async (controller) => {
        const { value, done } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    }).pipeThrough(new TextEncoderStream());
    const disposition = `attachment; filename="${scope.app.name}-${id}.cast"`;
    return new Response(body, {
      headers: { "content-type": "application/x-asciicast", "content-disposition": disposition },
    });
  },
);
