import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Logger } from "pino";
import { type Entrance } from "../platform/entrance.ts";
import { json, text } from "../platform/exchange.ts";
import { serve } from "../platform/http.ts";
import { html, page } from "../platform/markup.ts";
import { createRouter, type Router } from "../platform/router.ts";
import { openState } from "../platform/state.ts";
import { CRUMB_FIELD, Door, html as errorPage, JENKINS_USER, jenkinsHeaders } from "./access.ts";
import { Agent, type RegistryAccess } from "./agent.ts";
import { Controller } from "./controller.ts";
import { type JenkinsState, stateSchema } from "./model.ts";
import { buildAction } from "./routes/build-routes.ts";
import { addComputerRoutes } from "./routes/computer-routes.ts";
import { addCredentialRoutes } from "./routes/credential-routes.ts";
import { parseJobAddress } from "./routes/job-address.ts";
import { createItem, jobAction } from "./routes/job-routes.ts";
import { addQueueRoutes } from "./routes/queue-routes.ts";
import { apiReply, notFound } from "./routes/replies.ts";
import { jobPath, rootView } from "./views.ts";

export type JenkinsOptions = {
  port: number;
  home: string;
  logger: Logger;
  /** For which the agent has credentials from the start. */
  registry?: RegistryAccess;
  entrance?: Entrance;
  /** The API token; one of its own by default. */
  token?: string;
  now?: () => number;
};
export type RunningJenkins = { url: string; user: string; token: string; password: string; stop(): Promise<void> };

const initial = (): JenkinsState => ({
  token: `11${randomBytes(16).toString("hex")}`,
  password: randomBytes(12).toString("hex"),
  nextQueueId: 1,
  jobs: {},
  queue: [],
  credentials: [],
});

/** Starts a Jenkins on 127.0.0.1 that runs declarative pipelines on this machine; `token` is an API token of `user`. */
export async function startJenkins({
  port,
  home,
  logger,
  registry,
  entrance,
  token: givenToken,
  now = Date.now,
}: JenkinsOptions): Promise<RunningJenkins> {
  const state = await openState({ file: join(home, "state.json"), schema: stateSchema, initial, logger });
  const address = { url: "" };
  const controller = new Controller({
    state,
    home,
    agent: new Agent({ home, registry }),
    logger,
    rootUrl: () => address.url,
    now,
  });
  const { token, password } = { ...state.data, ...(givenToken && { token: givenToken }) };
  const door = new Door({ token, password });
  const listening = await serve({
    router: routes(controller, door),
    port,
    logger,
    entrance,
    before: (exchange) => {
      if (exchange.path !== "/login") door.check(exchange);
    },
    notFound: () => {
      throw notFound();
    },
    failed: () => errorPage(500, "Server Error", "A problem occurred while processing the request."),
  });
  address.url = listening.url;
  await controller.resume();
  const stop = async () => {
    await controller.stop();
    await listening.close();
  };
  return { url: listening.url, user: JENKINS_USER, token, password, stop };
}

function routes(controller: Controller, door: Door): Router {
  const router = createRouter();
  router.route("GET", "/api/json", (exchange) =>
    apiReply(
      exchange,
      rootView(controller),
      "assignedLabels[*],mode,nodeDescription,nodeName,numExecutors,description,jobs[name,url,color],quietingDown,url,useCrumbs,useSecurity",
    ),
  );
  router.route("GET", "/", () => {
    const links = Object.keys(controller.state.jobs).map(
      (name) => html`<li><a href="${jobPath(name)}/">${name}</a></li>`,
    );
    const { status, headers, body } = page("The sandbox's Jenkins", 200, "Jobs", html`<ul>${links}</ul>`);
    return { status, headers: { ...headers, ...jenkinsHeaders }, body };
  });
  router.route("GET", "/login", () => text(200, "Sign in with Basic authentication.\n", jenkinsHeaders));
  router.route("GET", "/crumbIssuer/api/json", (exchange) => {
    const { crumb, cookie } = door.issueCrumb(exchange);
    const body = { _class: "hudson.security.csrf.DefaultCrumbIssuer", crumb, crumbRequestField: CRUMB_FIELD };
    return json(200, body, { ...jenkinsHeaders, "set-cookie": cookie });
  });
  router.route("POST", "/createItem", (exchange) => createItem(exchange, controller, ""));
  addQueueRoutes(router, controller);
  addCredentialRoutes(router, controller);
  addComputerRoutes(router, controller);
  router.route("*", "/job/*rest", (exchange) => {
    const address = parseJobAddress(exchange.path);
    if (address === undefined) throw notFound();
    const { job, build, action } = address;
    return build === undefined
      ? jobAction(exchange, controller, job, action)
      : buildAction(exchange, controller, job, build, action);
  });
  return router;
}
