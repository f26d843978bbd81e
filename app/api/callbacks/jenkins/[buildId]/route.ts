import { route } from "#lib/access/route";
import { calledBackBuild, receiveCallback } from "#lib/builds/receive-callback";

/** Jenkins says that a build has ended. */
export const POST = route.webhook(
  {
    system: "jenkins",
    verify: (context) => calledBackBuild(context, context.params.buildId ?? "", context.request.headers),
  },
  ({ db, enqueue, now, verified }) => receiveCallback({ db, enqueue, now }, verified),
);
