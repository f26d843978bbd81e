import "server-only";
import { type z } from "zod";
import { type Db, type Prisma } from "#lib/platform/db";
import { NotFound } from "#lib/platform/errors";
import { publicError } from "#lib/platform/steps";
import { castHead } from "./asciicast-rules.ts";
import { policyOf } from "./rules.ts";
import { type ListTerminalsResult, type listTerminalsInput, type TerminalView } from "./schema.ts";

const select = {
  id: true,
  userId: true,
  podName: true,
  container: true,
  command: true,
  address: true,
  reason: true,
  state: true,
  requestedAt: true,
  startedAt: true,
  endedAt: true,
  endReason: true,
  exitCode: true,
  error: true,
  recordedBytes: true,
  ticketExpiresAt: true,
  decidedAt: true,
  environment: { select: { name: true } },
  user: { select: { name: true } },
  endRequestedBy: { select: { name: true } },
  decidedBy: { select: { name: true } },
} as const satisfies Prisma.TerminalSessionSelect;

export type Reader = { id: string; mayReview: boolean };

/** Terminals of an app in an environment, newest first, and what it asks of the next one; others' only for reviewers. */
export async function listTerminals(
  db: Db,
  appId: string,
  { environment: name, page, pageSize }: z.infer<typeof listTerminalsInput>,
  reader: Reader,
): Promise<ListTerminalsResult> {
  const environment = await db.environment.findUnique({ where: { name } });
  if (environment === null) throw new NotFound(`There is no environment ${name}.`);
  const where = { appId, environmentId: environment.id, ...(reader.mayReview ? {} : { userId: reader.id }) };
  const [rows, total] = await Promise.all([
    db.terminalSession.findMany({
      where,
      orderBy: { requestedAt: "desc" },
      skip: (page - 1) * pageSize,
      take: pageSize,
      select,
    }),
    db.terminalSession.count({ where }),
  ]);
  return { policy: policyOf(environment), rows: rows.map((row) => viewOf(row, reader)), total };
}

/** One terminal. Throws NotFound, also for another's that the reader may not review. */
export async function getTerminal(db: Db, appId: string, id: string, reader: Reader): Promise<TerminalView> {
  const row = await db.terminalSession.findFirst({ where: { id, appId }, select });
  if (row === null || !(reader.mayReview || row.userId === reader.id)) throw new NotFound("There is no such terminal.");
  return viewOf(row, reader);
}

function viewOf(row: Prisma.TerminalSessionGetPayload<{ select: typeof select }>, reader: Reader): TerminalView {
  const { userId, podName, environment, user, endRequestedBy, error, requestedAt, startedAt, endedAt, ...more } = row;
  const { ticketExpiresAt, decidedBy, decidedAt, ...rest } = more;
  return {
    ...rest,
    environment: environment.name,
    pod: podName,
    by: user?.name ?? null,
    own: userId === reader.id,
    endedBy: endRequestedBy?.name ?? null,
    error: error === null ? null : publicError.parse(error),
    waitsUntil: row.state === "waiting" ? ticketExpiresAt.toISOString() : null,
    decidedBy: decidedBy?.name ?? null,
    decidedAt: decidedAt?.toISOString() ?? null,
    requestedAt: requestedAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** A recording as asciicast v2, piece by piece, so that none is ever whole in memory. Who may read it is asked before. */
export async function* recordingOf(db: Db, id: string): AsyncGenerator<string> {
  const row = await db.terminalSession.findUniqueOrThrow({
    where: { id },
    select: { columns: true, rows: true, startedAt: true, requestedAt: true, podName: true, container: true },
  });
  const { podName, container, startedAt, requestedAt, columns, rows } = row;
  yield castHead({ columns, rows, startedAt: startedAt ?? requestedAt, title: `${podName} / ${container}` });
  for (let sequence = 0; ; ) {
    const chunk = await db.terminalChunk.findFirst({
      where: { sessionId: id, sequence: { gt: sequence } },
      orderBy: { sequence: "asc" },
    });
    if (chunk === null) return;
    yield chunk.text;
    sequence = chunk.sequence;
  }
}
