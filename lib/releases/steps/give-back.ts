import "server-only";
import { ledgerAbsent, ledgerIn } from "../ledger.ts";
import { refOf } from "./apply.ts";
import { effect, type StepContext } from "./step-context.ts";
import { workloadRefOf } from "./workload-ref.ts";

/**
 * Undoes an import: what Kepler made beside the workload goes, and of the workload itself Kepler lets go. An apply that names
 * no field gives up all of its manager's: what nobody else owns falls back, its pods run on
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership).
 */
export async function giveBack(context: StepContext): Promise<void> {
  const { deps, release, kubernetes, signal } = context;
  const { apiVersion, kind, name, namespace } = workloadRefOf(release);
  const known = await ledgerIn(deps.db, release, namespace ?? "");
  for (const entry of known.toReversed()) {
    const isWorkload = entry.kind === `${apiVersion}/${kind}`;
    if (!isWorkload) {
      const remove = () => kubernetes.delete(refOf(entry), { signal, propagation: "Background" });
      await effect(deps, "release.give-back.remove", remove);
    } else if (await kubernetes.get(workloadRefOf(release), { signal })) {
      const letGo = () => kubernetes.apply({ apiVersion, kind, metadata: { name, namespace } }, { signal });
      await effect(deps, "release.give-back.let-go", letGo);
    }
    await ledgerAbsent(deps.db, release, entry, deps.now());
  }
}
