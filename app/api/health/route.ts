import { answerHealth } from "#lib/access/health";
import { route } from "#lib/access/route";

export const GET = route.open({ because: "says only whether web and its database answer" }, ({ db }) =>
  answerHealth(db),
);
