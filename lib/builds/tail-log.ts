import "server-only";
import { type Call } from "#lib/clients/http/call";
import { hmacToken } from "#lib/platform/crypto";
import { NotFound } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { type BuildRow } from "./build-row.ts";
import { type BuildWorld } from "./build-world.ts";
import { maskLog, wholeLines } from "./log-rules.ts";

/** Reads per run of the reconciler: a huge log is taken in turns with looking at the build itself. */
const MOST_READS = 20;

/**
 * Stores what Jenkins' console has gained, masked, in whole lines, and tells listeners. True once all of it is stored,
 * or Jenkins has it no more. Each piece is keyed by its byte offset, so a repeat after a crash changes nothing.
 */
export async function tailLog(world: BuildWorld, row: BuildRow, run: number, call: Call): Promise<boolean> {
  if (row.logComplete) return true;
  const secrets = [...world.secrets, callbackToken(world, row)];
  let offset = row.logBytes;
  for (let read = 0; read < MOST_READS; read++) {
    const piece = await readPiece(world, row, run, offset, call);
    if (!piece) return markComplete(world, row);
    const held = Buffer.byteLength(piece.text) - Buffer.byteLength(piece.kept);
    const next = piece.nextByte - held;
    if (next > offset) {
      await storePiece(world, row, { offset, next, text: maskLog(piece.kept, secrets) });
      offset = next;
    }
    if (!piece.more) return markComplete(world, row);
    if (piece.kept === "") return false;
  }
  return false;
}

/** The bearer token that this build, and no other, calls back with. */
export const callbackToken = (world: Pick<BuildWorld, "open">, row: Pick<BuildRow, "id" | "app">): string =>
  hmacToken(world.open(row.app.callbackSecret), row.id);

async function readPiece(world: BuildWorld, row: BuildRow, run: number, offset: number, call: Call) {
  try {
    const { text, nextByte, more } = await world.jenkins.readLog(row.jenkinsJob, run, offset, call);
    // Jenkins starts again at 0 when asked beyond the end; what it then sends was stored before.
    if (nextByte < offset) return null;
    return { text, nextByte, more, kept: wholeLines(text, !more) };
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

async function storePiece(world: BuildWorld, row: BuildRow, piece: { offset: number; next: number; text: string }) {
  await world.db.$transaction(async (tx) => {
    const { count } = await tx.build.updateMany({
      where: { id: row.id, logBytes: piece.offset },
      data: { logBytes: piece.next },
    });
    if (count === 0) return;
    await tx.buildLogChunk.create({
      data: {
        buildId: row.id,
        offsetBytes: piece.offset,
        lengthBytes: piece.next - piece.offset,
        // Postgres text holds no NUL.
        text: piece.text.replaceAll("\0", ""),
      },
    });
    await publish(tx, { kind: "build-log", subjectId: row.id, teamId: row.app.teamId, appId: row.appId });
  });
}

async function markComplete(world: BuildWorld, row: BuildRow): Promise<true> {
  await world.db.build.updateMany({ where: { id: row.id }, data: { logComplete: true } });
  return true;
}
