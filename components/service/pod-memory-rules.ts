import type { PodView } from "#lib/clusters/schema";
import type { MeasuredUse } from "./pod-containers.tsx";

/** Of its containers the one that has the least memory left; undefined where nothing was measured or nothing is held to a limit. */
export function tightestOf({ containers }: Pick<PodView, "containers">, use: readonly MeasuredUse[]) {
  return containers
    .flatMap(({ name, memoryLimitBytes: limit }) => {
      const used = use.find(({ container }) => container === name)?.memoryBytes;
      return limit === null || used === undefined ? [] : [{ used, limit, share: used / limit }];
    })
    .reduce<{ used: number; limit: number; share: number } | undefined>(
      (most, one) => (most === undefined || one.share > most.share ? one : most),
      undefined,
    );
}
