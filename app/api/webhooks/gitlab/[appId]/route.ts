import { route } from "#lib/access/route";
import { deliveredApp, receivePush } from "#lib/builds/receive-push";

/** GitLab's deliveries. What was judged is in the inbox; GitLab itself only needs to know that it arrived. */
export const POST = route.webhook(
  {
    system: "gitlab",
    verify: (context) => deliveredApp(context, context.params.appId ?? "", context.request.headers),
  },
  ({ db, enqueue, now, verified, body }) => receivePush({ db, enqueue, now }, verified, body),
);
