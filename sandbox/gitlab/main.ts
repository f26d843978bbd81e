import { join } from "node:path";
import { type Logger } from "pino";
import { type Entrance } from "../platform/entrance.ts";
import { json } from "../platform/exchange.ts";
import { Faults } from "../platform/faults.ts";
import { serve } from "../platform/http.ts";
import { createRouter } from "../platform/router.ts";
import { openState } from "../platform/state.ts";
import { createAnnouncer } from "./announce.ts";
import { type Gitlab } from "./context.ts";
import { createDeliveries } from "./deliveries.ts";
import { gitlabState } from "./model.ts";
import { applicationRoutes } from "./oauth/applications.ts";
import { authorizeRoutes, Codes } from "./oauth/authorize.ts";
import { createIdentity, identityRoutes } from "./oauth/identity.ts";
import { tokenRoutes } from "./oauth/token.ts";
import { pageRoutes } from "./pages.ts";
import { commitRoutes } from "./routes/commits.ts";
import { fileRoutes } from "./routes/files.ts";
import { hookRoutes } from "./routes/hooks.ts";
import { memberRoutes } from "./routes/members.ts";
import { mergeRequestRoutes } from "./routes/merge-requests.ts";
import { peopleRoutes } from "./routes/people.ts";
import { projectRoutes } from "./routes/projects.ts";
import { referenceRoutes } from "./routes/references.ts";
import { seed } from "./seed.ts";
import { smartHttpRoutes } from "./smart-http.ts";
import { createThrottle, throttleRoutes } from "./throttle.ts";

export interface GitlabOptions {
  /** 0 picks a free port. */
  port: number;
  /** Where its state and repositories are kept. */
  home: string;
  logger: Logger;
  now?: () => Date;
  entrance?: Entrance;
  /** The administrator's token; one of its own by default. */
  token?: string;
  /** Of its webhooks on their way out. */
  faults?: Faults;
}

export interface RunningGitlab {
  url: string;
  /** A personal access token of the administrator, scope `api`. */
  token: string;
  stop(): Promise<void>;
}

/** GitLab on this machine: REST v4, git over HTTP and webhooks, seeded with the sample projects. */
export async function startGitlab({
  port,
  home,
  logger,
  now = () => new Date(),
  entrance,
  token: givenToken,
  faults = new Faults(Date.now),
}: GitlabOptions): Promise<RunningGitlab> {
  const state = await openState({
    file: join(home, "state.json"),
    schema: gitlabState,
    initial: () =>
      gitlabState.parse({ seeded: false, lastId: 0, users: [], tokens: [], groups: [], projects: [], deliveries: [] }),
    logger,
  });
  const gitlab: Gitlab = { state, home, now, logger, url: "", refsMayHaveMoved: async () => undefined };
  await seed(gitlab, givenToken);
  const deliveries = createDeliveries(gitlab, faults);
  gitlab.refsMayHaveMoved = createAnnouncer(gitlab, deliveries);

  const router = createRouter();
  projectRoutes(router, gitlab);
  referenceRoutes(router, gitlab);
  commitRoutes(router, gitlab);
  fileRoutes(router, gitlab);
  mergeRequestRoutes(router, gitlab);
  hookRoutes(router, gitlab, deliveries);
  peopleRoutes(router, gitlab);
  memberRoutes(router, gitlab);
  throttleRoutes(router, gitlab);
  applicationRoutes(router, gitlab);
  router.route("*", "/api/*rest", () => json(404, { error: "404 Not Found" }));
  const codes = new Codes();
  authorizeRoutes(router, gitlab, codes);
  tokenRoutes(router, gitlab, codes, createIdentity(gitlab));
  identityRoutes(router, gitlab);
  smartHttpRoutes(router, gitlab);
  pageRoutes(router, gitlab);

  const failed = () => json(500, { message: "500 Internal Server Error" });
  const listening = await serve({ router, port, logger, entrance, before: createThrottle(gitlab), failed });
  gitlab.url = listening.url;

  const [root] = state.data.users;
  const token = state.data.tokens.find(({ value }) => value === (givenToken ?? value));
  if (!root || !token) throw new Error(`${home} holds a GitLab without its administrator`);
  // What was pushed just before the last end may not have been told yet.
  await Promise.all(state.data.projects.map((project) => gitlab.refsMayHaveMoved(project, root)));
  deliveries.send();

  const stop = async () => {
    await listening.close();
    await deliveries.stop();
    await state.flush();
  };
  return { url: listening.url, token: token.value, stop };
}
