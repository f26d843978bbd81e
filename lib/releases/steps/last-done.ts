import "server-only";
import { type Db } from "#lib/platform/db";

/** What was completed there before this release. */
export const lastDone = (
  db: Pick<Db, "release">,
  { app, environment, number }: { number: number; app: { id: string }; environment: { id: string } },
) =>
  db.release.findFirst({
    where: { appId: app.id, environmentId: environment.id, state: "done", number: { lt: number } },
    orderBy: { number: "desc" },
    select: { spec: true, steps: { where: { name: "check" }, select: { detail: true } } },
  });
