import type { ReleasePreview } from "#lib/releases/schema";

/** Neither by its Spec nor in the cluster, where others may have changed an object or an earlier release may have failed. */
export const changesNothing = ({ changes, objects, takesBack }: ReleasePreview): boolean =>
  changes.length === 0 && takesBack === null && objects.every(({ action }) => action === "unchanged");
