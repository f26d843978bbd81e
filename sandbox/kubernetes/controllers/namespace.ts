import { KINDS, namespaces, serviceAccounts } from "../kinds/index.ts";
import { type Resources } from "../store/resources.ts";
import { type Controller } from "./work-queue.ts";

/** Gives a namespace its default account, and empties one that is being deleted before it goes. */
export function namespaceController(resources: Resources): Controller {
  const { store } = resources;
  return {
    name: "namespace",
    keysOf: ({ kind, type, object }) => {
      if (kind.plural === "namespaces") return [object.metadata.name];
      const namespace = store.get(namespaces, undefined, object.metadata.namespace ?? "");
      return type === "DELETED" && namespace?.metadata.deletionTimestamp !== undefined ? [namespace.metadata.name] : [];
    },
    reconcile: (name) => {
      const namespace = store.get(namespaces, undefined, name);
      if (namespace === undefined) return undefined;
      if (namespace.metadata.deletionTimestamp === undefined) {
        if (store.get(serviceAccounts, name, "default") === undefined)
          resources.create(
            serviceAccounts,
            name,
            { metadata: { name: "default" } },
            { manager: "kube-controller-manager" },
          );
        return undefined;
      }
      const content = KINDS.filter((kind) => kind.namespaced).flatMap((kind) =>
        store.list(kind, name).map((object) => ({ kind, object })),
      );
      for (const { kind, object } of content)
        if (object.metadata.deletionTimestamp === undefined) resources.delete(kind, name, object.metadata.name, {});
      if (content.length === 0) resources.remove(namespaces, namespace);
      return undefined;
    },
  };
}
