import { storageClasses } from "../../kinds/index.ts";
import { type PersistentVolumeClaim } from "../../objects.ts";
import { type Store } from "../store.ts";

const DEFAULT = "storageclass.kubernetes.io/is-default-class";

/** A claim that names no class gets the default one, if there is one; an empty name asks for none. */
export function chooseStorageClass(store: Store, { spec }: PersistentVolumeClaim): void {
  if (spec.storageClassName !== undefined) return;
  const found = store.list(storageClasses).find(({ metadata }) => metadata.annotations?.[DEFAULT] === "true");
  if (found !== undefined) spec.storageClassName = found.metadata.name;
}
