import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Exchange, empty, json } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { projectFor } from "../access.ts";
import { type Gitlab, nextId, repositoryOf } from "../context.ts";
import { type Deliveries } from "../deliveries.ts";
import { alertStatus } from "../hook-health.ts";
import { ACCESS, type Delivery, type Hook, type Project, type User } from "../model.ts";
import { page } from "../paging.ts";
import { flag, parametersOf } from "../parameters.ts";
import { pushEvent } from "../push-event.ts";
import { BLANK_SHA, type RefChange } from "../ref-changes.ts";
import { invalidFields, invalidRequest, notFound, refuse } from "../refusals.ts";
import { listRefs } from "../revisions.ts";

const hookFields = z.object({
  url: z.string(),
  token: z.string().nullish(),
  push_events: flag.optional(),
  tag_push_events: flag.optional(),
  push_events_branch_filter: z.string().nullish(),
  branch_filter_strategy: z.enum(["wildcard", "regex", "all_branches"]).optional(),
  enable_ssl_verification: flag.optional(),
  custom_headers: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
});

/** https://docs.gitlab.com/api/project_webhooks/ — for maintainers of the project. */
export function hookRoutes(router: Router, gitlab: Gitlab, deliveries: Deliveries): void {
  const hooks = "/api/v4/projects/:id/hooks";
  const view = (project: Project) => (hook: Hook) => hookView(gitlab, project, hook);

  router.route("GET", hooks, (exchange) => {
    const { project } = projectFor(gitlab, exchange, ACCESS.maintainer);
    return page(gitlab, exchange, { rows: project.hooks, view: view(project) });
  });

  router.route("POST", hooks, async (exchange) => {
    const { project } = projectFor(gitlab, exchange, ACCESS.maintainer);
    const wanted = await parametersOf(exchange, hookFields);
    refuseBadUrl(wanted.url);
    const hook = { ...newHook(nextId(gitlab), gitlab.now()), ...changesOf(wanted) };
    project.hooks.push(hook);
    await gitlab.state.flush();
    return json(201, view(project)(hook));
  });

  router.route("GET", `${hooks}/:hook`, (exchange) => {
    const { project, hook } = findHook(gitlab, exchange);
    return json(200, view(project)(hook));
  });

  router.route("PUT", `${hooks}/:hook`, async (exchange) => {
    const { project, hook } = findHook(gitlab, exchange);
    const wanted = await parametersOf(exchange, hookFields.partial());
    if (wanted.url !== undefined) refuseBadUrl(wanted.url);
    // A secret is never sent to an address that it was not given for.
    if (wanted.url !== undefined && wanted.url !== hook.url) hook.token = "";
    Object.assign(hook, changesOf(wanted));
    await gitlab.state.flush();
    return json(200, view(project)(hook));
  });

  router.route("DELETE", `${hooks}/:hook`, async (exchange) => {
    const { project, hook } = findHook(gitlab, exchange);
    project.hooks = project.hooks.filter((candidate) => candidate !== hook);
    await gitlab.state.flush();
    return empty(204);
  });

  router.route("POST", `${hooks}/:hook/test/:trigger`, async (exchange) => {
    const { project, hook, user } = findHook(gitlab, exchange);
    const trigger = exchange.param("trigger");
    if (trigger !== "push_events" && trigger !== "tag_push_events")
      throw invalidRequest("trigger does not have a valid value");
    const change = await sampleChange(gitlab, project, trigger);
    const delivery = deliveries.queue(hook, {
      projectId: project.id,
      trigger: trigger === "push_events" ? "push_hooks" : "tag_push_hooks",
      eventUuid: randomUUID(),
      body: JSON.stringify(await pushEvent(gitlab, project, user, change)),
    });
    await deliveries.sendNow(hook, delivery);
    if (delivery.error) throw refuse(422, delivery.error);
    return json(201, { message: "201 Created" });
  });

  router.route("GET", `${hooks}/:hook/events`, (exchange) => {
    const { hook } = findHook(gitlab, exchange);
    const rows = gitlab.state.data.deliveries.filter(
      (delivery) => delivery.hookId === hook.id && delivery.outcome !== null,
    );
    return page(gitlab, exchange, { rows: rows.reverse(), view: (delivery) => deliveryView(hook, delivery) });
  });

  router.route("POST", `${hooks}/:hook/events/:event/resend`, async (exchange) => {
    const { hook } = findHook(gitlab, exchange);
    const delivery = gitlab.state.data.deliveries.find(
      ({ id, hookId }) => hookId === hook.id && id === Number(exchange.param("event")),
    );
    if (!delivery) throw notFound("Hook event");
    await deliveries.sendNow(hook, delivery);
    if (delivery.error) throw refuse(422, delivery.error);
    return json(201, { response_status: Number(delivery.outcome) });
  });
}

function findHook(gitlab: Gitlab, exchange: Exchange): { project: Project; user: User; hook: Hook } {
  const { project, user } = projectFor(gitlab, exchange, ACCESS.maintainer);
  const hook = project.hooks.find(({ id }) => String(id) === exchange.param("hook"));
  if (!hook) throw refuse(404, "404 Not found");
  return { project, user, hook };
}

/** Addresses of the local network are allowed here (an admin's setting in GitLab): everything runs on one machine. */
function refuseBadUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol !== "http:" && protocol !== "https:") throw invalidRequest("Invalid url given", 422);
  if (url.length > 2048) throw invalidFields({ url: ["is too long (maximum is 2048 characters)"] });
}

const newHook = (id: number, now: Date): Hook => ({
  id,
  url: "",
  token: "",
  pushEvents: true,
  tagPushEvents: false,
  pushEventsBranchFilter: "",
  branchFilterStrategy: "wildcard",
  enableSslVerification: true,
  customHeaders: [],
  createdAt: now.toISOString(),
  recentFailures: 0,
  disabledUntil: null,
});

function changesOf(wanted: Partial<z.infer<typeof hookFields>>): Partial<Hook> {
  const changes: Partial<Hook> = {
    url: wanted.url,
    token: wanted.token ?? undefined,
    pushEvents: wanted.push_events,
    tagPushEvents: wanted.tag_push_events,
    pushEventsBranchFilter: wanted.push_events_branch_filter ?? undefined,
    branchFilterStrategy: wanted.branch_filter_strategy,
    enableSslVerification: wanted.enable_ssl_verification,
    customHeaders: wanted.custom_headers,
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** What the API shows of a hook: the token never, custom headers by name only. */
function hookView(gitlab: Gitlab, project: Project, hook: Hook) {
  return {
    id: hook.id,
    url: hook.url,
    name: null,
    description: null,
    project_id: project.id,
    created_at: hook.createdAt,
    push_events: hook.pushEvents,
    tag_push_events: hook.tagPushEvents,
    merge_requests_events: false,
    issues_events: false,
    note_events: false,
    pipeline_events: false,
    job_events: false,
    releases_events: false,
    push_events_branch_filter: hook.pushEventsBranchFilter || null,
    branch_filter_strategy: hook.branchFilterStrategy,
    enable_ssl_verification: hook.enableSslVerification,
    custom_headers: hook.customHeaders.map(({ key }) => ({ key })),
    custom_webhook_template: null,
    url_variables: [],
    alert_status: alertStatus(hook, gitlab.now()),
    disabled_until: hook.disabledUntil,
  };
}

const deliveryView = (hook: Hook, delivery: Delivery) => ({
  id: delivery.id,
  url: hook.url,
  trigger: delivery.trigger,
  request_headers: { "Idempotency-Key": delivery.idempotencyKey, "X-Gitlab-Event-UUID": delivery.eventUuid },
  request_data: z.unknown().parse(JSON.parse(delivery.body)),
  response_status: delivery.outcome,
  internal_error_message: delivery.error,
  created_at: delivery.createdAt,
});

/** A test sends what a push of the default branch's tip, or of the newest tag, would have sent. */
async function sampleChange(
  gitlab: Gitlab,
  project: Project,
  trigger: "push_events" | "tag_push_events",
): Promise<RefChange> {
  const repository = repositoryOf(gitlab, project);
  if (trigger === "tag_push_events") {
    const tag = (await listRefs(repository, "refs/tags/")).at(-1);
    if (!tag) throw refuse(422, "Ensure the project has tags.");
    return { ref: `refs/tags/${tag.name}`, kind: "tag", action: "created", before: BLANK_SHA, after: tag.target };
  }
  const branch = (await listRefs(repository, "refs/heads/")).find(({ name }) => name === project.defaultBranch);
  if (!branch) throw refuse(422, "Ensure the project has at least one commit.");
  const before = branch.commit.parents[0] ?? BLANK_SHA;
  return { ref: `refs/heads/${branch.name}`, kind: "branch", action: "pushed", before, after: branch.target };
}
