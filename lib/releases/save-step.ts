import "server-only";
import { Prisma, type Tx } from "#lib/platform/db";
import { type PublicError } from "#lib/platform/errors";
import { publish } from "#lib/platform/events";
import { isRolledBack, isTerminal, type ReleaseStepName, stateAfter, stepsOf } from "./release-rules.ts";
import { restoreBefore } from "./restore-before.ts";
import { type Verdict } from "./rollout-rules.ts";
import { type ReleaseState } from "./schema.ts";
import { type ReconcileReleaseDeps, type ReleaseInWork } from "./steps/step-context.ts";

type Deps = Pick<ReconcileReleaseDeps, "db" | "now" | "enqueue">;
type StepChange = Prisma.ReleaseStepUpdateInput;

/** Step and release change together or not at all, and only from the version that was read. False = somebody else wrote. */
async function save(
  deps: Deps,
  release: ReleaseInWork,
  step: { name: ReleaseStepName; data: StepChange },
  data: Prisma.ReleaseUpdateInput,
  after?: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  return deps.db.$transaction(async (tx) => {
    const { count } = await tx.release.updateMany({
      where: { id: release.id, version: release.version },
      data: { ...data, version: { increment: 1 } },
    });
    if (count === 0) return false;
    await tx.releaseStep.update({
      where: { releaseId_name: { releaseId: release.id, name: step.name } },
      data: step.data,
    });
    if (step.data.state === "failed") {
      const rest = { releaseId: release.id, state: "waiting" as const };
      await tx.releaseStep.updateMany({ where: rest, data: { state: "skipped", endedAt: deps.now() } });
    }
    const { id: appId, teamId } = release.app;
    await publish(tx, { kind: "release", subjectId: release.id, teamId, appId });
    await after?.(tx);
    return true;
  });
}

/** The step is being worked on from `startedAt`; the first one starts the release's clock too. */
export async function saveStart(deps: Deps, release: ReleaseInWork, name: ReleaseStepName, startedAt: Date) {
  const change = name === "check" ? { startedAt } : {};
  return save(deps, release, { name, data: { state: "running", startedAt } }, change);
}

/** What became of one look: "kept" = as before, nothing written; "over" = the release is terminal now. */
export async function saveVerdict(
  deps: Deps,
  release: ReleaseInWork,
  name: ReleaseStepName,
  verdict: Verdict,
): Promise<"kept" | "moved" | "over"> {
  const now = deps.now();
  switch (verdict.is) {
    case "wait":
      return saveFacts(deps, release, name, verdict.facts);
    case "done": {
      const state = stateAfter(name, stepsOf(release));
      const step = { state: "done" as const, detail: verdict.facts, error: Prisma.DbNull, endedAt: now };
      const moved = await save(deps, release, { name, data: step }, { state, ...ended(state, now) });
      return moved && isTerminal(state) ? "over" : "moved";
    }
    case "failed": {
      const { error } = verdict;
      const step = { state: "failed" as const, detail: verdict.facts, error: json(error), endedAt: now };
      const data = { state: "failed" as const, error: json(error), endedAt: now };
      const moved = await save(deps, release, { name, data: step }, data, async (tx) => {
        if (isRolledBack(release, name)) await restoreBefore(tx, release, "failed", deps);
      });
      return moved ? "over" : "moved";
    }
  }
}

/** The system did not answer: said on the step, counted, and tried again; the release itself has not failed. */
export async function saveHiccup(deps: Deps, release: ReleaseInWork, name: ReleaseStepName, error: PublicError) {
  await save(deps, release, { name, data: { attempts: { increment: 1 }, error: json(error) } }, {});
}

async function saveFacts(deps: Deps, release: ReleaseInWork, name: ReleaseStepName, facts: Prisma.InputJsonObject) {
  const key = { releaseId_name: { releaseId: release.id, name } };
  const before = await deps.db.releaseStep.findUnique({ where: key, select: { detail: true, error: true } });
  if (before?.error === null && sameFacts(before.detail, facts)) return "kept";
  const saved = await save(deps, release, { name, data: { detail: facts, error: Prisma.DbNull, attempts: 0 } }, {});
  // A change was seen by people; the next look is due after the usual time all the same.
  return saved ? "kept" : "moved";
}

const ended = (state: ReleaseState, now: Date) => (isTerminal(state) ? { endedAt: now } : {});
const json = (error: PublicError): Prisma.InputJsonObject => JSON.parse(JSON.stringify(error));

function sameFacts(a: Prisma.JsonValue | undefined, b: Prisma.InputJsonObject): boolean {
  const sorted = (value: unknown) => JSON.stringify(Object.entries(value ?? {}).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}
