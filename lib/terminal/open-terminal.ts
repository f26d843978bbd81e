import "server-only";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Actor } from "#lib/access/actor";
import { refuseRetiring } from "#lib/apps/retiring-rules";
import { containerView } from "#lib/clusters/schema";
import { randomSecret, sha256Hex } from "#lib/platform/crypto";
import { type Db } from "#lib/platform/db";
import { Conflict, Denied, Invalid, Unavailable } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { APPROVAL_MINUTES, asksWhy, MOST_LIVE, policyOf, type TerminalEnvironment, TICKET_SECONDS } from "./rules.ts";
import { type OpenTerminalInput, type OpenTerminalResult, type TerminalTicket } from "./schema.ts";
import { shellCommand } from "./shell-command.ts";

type Place = {
  app: { id: string; name: string; teamId: string; retiringAt: Date | null };
  environment: TerminalEnvironment & { id: string; name: string; clusterId: string; namespace: string };
};
type Asked = Pick<OpenTerminalInput, "pod" | "container" | "reason" | "columns" | "rows"> & { address: string | null };
type World = { db: Db; now: () => Date; gateway: string | null };

/**
 * Writes down who wants a shell where and why, and gives out the ticket for it: 256 random bits of which the row keeps the
 * hash, good once, within TICKET_SECONDS, for this person's sign-in, this pod and this container. Where the environment
 * wants somebody else to agree first, there is no ticket yet (`collectTicket`).
 */
export async function openTerminal(
  { db, now, gateway }: World,
  actor: Actor,
  { app, environment }: Place,
  asked: Asked,
): Promise<OpenTerminalResult> {
  if (gateway === null) {
    throw new Unavailable("No worker takes terminals.", {
      next: "An admin must set KEPLER_WORKER_URL and KEPLER_WORKER_LISTEN.",
    });
  }
  if (!("session" in actor.via)) {
    throw new Denied("A terminal needs somebody who is signed in.", { next: "Open it in the console." });
  }
  refuseRetiring(app);
  const policy = policyOf(environment);
  if (policy.mode === "off") {
    throw new Denied(`Terminals are switched off in ${environment.name}.`, { next: "Ask a platform admin." });
  }
  const reason = asked.reason === "" ? null : asked.reason;
  if (asksWhy(policy.mode) && reason === null) throw wrong("reason", "required");
  const pod = await podOf(db, { app, environment }, asked);

  const startedAt = now();
  const waits = policy.mode === "approval";
  const ticket = newTicket(startedAt);
  const id = randomUUID();
  await db.$transaction(async (tx) => {
    // Two requests at once must not both see the last free place.
    await tx.$queryRaw`select id from users where id = ${actor.id}::uuid for update`;
    const live = await tx.terminalSession.count({
      where: {
        userId: actor.id,
        OR: [{ state: "open" }, { state: { in: ["waiting", "opening"] }, ticketExpiresAt: { gt: startedAt } }],
      },
    });
    if (live >= MOST_LIVE) throw new Conflict(`You have ${live} terminals open.`, { next: "End one of them first." });
    await tx.terminalSession.create({
      data: {
        id,
        ...{ appId: app.id, environmentId: environment.id, userId: actor.id, signInId: signInOf(actor) },
        ...{ podName: asked.pod, podUid: pod.uid, container: asked.container, reason, address: asked.address },
        ...{ columns: asked.columns, rows: asked.rows, limitMinutes: policy.limitMinutes },
        command: shellCommand(id),
        requestedAt: startedAt,
        ...ticket.row,
        ...(waits && { state: "waiting", ticketExpiresAt: approvalEnds(startedAt) }),
      },
    });
    await publish(tx, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
  });
  return waits ? { state: "waiting", id } : { state: "opening", ...given(id, ticket) };
}

/** The ticket of a terminal that somebody else has agreed to, for whoever asked for it, in the same sign-in. */
export async function collectTicket(
  { db, now }: Pick<World, "db" | "now">,
  actor: Actor,
  app: { id: string; teamId: string },
  id: string,
): Promise<TerminalTicket> {
  const ticket = newTicket(now());
  const { count } = await db.terminalSession.updateMany({
    where: {
      ...{ id, appId: app.id, userId: actor.id, signInId: signInOf(actor), state: "waiting" },
      ...{ decidedAt: { not: null }, ticketExpiresAt: { gt: now() } },
    },
    data: { state: "opening", ...ticket.row },
  });
  if (count === 0) {
    throw new Conflict("Nobody has agreed to this terminal, or it is over.", { next: "Ask for it again." });
  }
  await publish(db, { kind: "terminal", subjectId: id, teamId: app.teamId, appId: app.id });
  return given(id, ticket);
}

type NewTicket = ReturnType<typeof newTicket>;
const newTicket = (from: Date) => {
  const secret = randomSecret();
  const ticketExpiresAt = new Date(from.getTime() + TICKET_SECONDS * 1000);
  return { secret, row: { ticketSha256: sha256Hex(secret), ticketExpiresAt } };
};

const given = (id: string, { secret }: NewTicket): TerminalTicket => ({
  id,
  ticket: secret,
  path: `/api/terminal/${id}`,
});

const approvalEnds = (from: Date): Date => new Date(from.getTime() + APPROVAL_MINUTES * 60_000);

const signInOf = ({ via }: Actor): string => ("session" in via ? via.session : "");

const wrong = (path: string, message: string): Invalid =>
  new Invalid("Some values are not accepted.", { fields: [{ path, message }] });

/** The pod as the watch last saw it: one of this app in this environment, with a container of this name that runs. */
async function podOf(db: Db, { app, environment }: Place, { pod, container }: Asked): Promise<{ uid: string }> {
  const { clusterId, namespace } = environment;
  const row = await db.observedPod.findFirst({
    where: { appId: app.id, clusterId, namespace, name: pod },
    select: { uid: true, containers: true },
  });
  if (row === null) throw wrong("pod", "pod.unknown");
  const seen = z
    .array(containerView)
    .parse(row.containers)
    .find(({ name }) => name === container);
  if (seen === undefined) throw wrong("container", "container.unknown");
  if (seen.state !== "running") throw new Conflict(`${container} in ${pod} does not run.`, { next: "Choose another." });
  return row;
}
