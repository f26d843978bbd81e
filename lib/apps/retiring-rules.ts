import { Conflict } from "#lib/platform/errors";

/** From the confirmation of its retirement on, nothing new may be made for a service. Throws Conflict, in words. */
export function refuseRetiring(app: { name: string; retiringAt: Date | null }): void {
  if (app.retiringAt === null) return;
  throw new Conflict(`${app.name} is being retired: nothing is built, released or set up for it any more.`, {
    next: "Follow its retirement to the end; then a new service may take the name.",
  });
}

/** What a retirement may have left on purpose, by the kind that the ledger gives it. */
export const KEEPABLE_KINDS = { volumes: "v1/PersistentVolumeClaim", images: "repository" } as const;
