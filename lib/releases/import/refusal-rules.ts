import { nameProblem } from "#lib/apps/naming-rules";
import { APP_LABEL } from "#lib/clusters/label-rules";
import { Conflict, Invalid, type KeplerError } from "#lib/platform/errors";
import { ownersOf } from "../ownership-rules.ts";
import { type FoundDeployment, type Surroundings } from "./found-schema.ts";

/** What can be known of a found Deployment without looking at its pods. */
export type Facts = {
  found: FoundDeployment;
  /** As the API sent it. */
  object: unknown;
  /** Names of the autoscalers that move its number of pods. */
  autoscalers: readonly string[];
  /** The name is a service's already, here or elsewhere. */
  taken: boolean;
};

/** Why a Deployment cannot be imported, as an error that says what to do instead; null when nothing speaks against it. */
export function refusalOf(facts: Facts): KeplerError | null {
  for (const rule of [going, owned, managed, named, containers, selectors, autoscaled, unsettled]) {
    const refusal = rule(facts);
    if (refusal) return refusal;
  }
  return null;
}

type Rule = (facts: Facts) => KeplerError | null;

const going: Rule = ({ found: { metadata } }) =>
  metadata.deletionTimestamp ? new Conflict(`${metadata.name} is being deleted.`) : null;

const owned: Rule = ({ found: { metadata } }) => {
  const owner = metadata.ownerReferences?.[0];
  if (!owner) return null;
  return new Conflict(`${owner.kind} ${owner.name} made ${metadata.name} and would undo what Kepler changes.`, {
    next: "Change it through its owner, or take it out of the owner's hands first.",
  });
};

/** Labels and annotations by which tools that keep a whole state know their objects, and the tool's name. */
const KEEPERS: readonly (readonly [string, string])[] = [
  ["meta.helm.sh/release-name", "Helm"],
  ["argocd.argoproj.io/tracking-id", "Argo CD"],
  ["argocd.argoproj.io/instance", "Argo CD"],
  ["kustomize.toolkit.fluxcd.io/name", "Flux"],
  ["helm.toolkit.fluxcd.io/name", "Flux"],
];
const MANAGED_LABEL = "app.kubernetes.io/managed-by";
const KEEPING_MANAGERS = /^(helm|argocd.*|kustomize-controller|helm-controller|flux.*)$/;

const managed: Rule = ({ found: { metadata }, object }) => {
  const marks = { ...metadata.annotations, ...metadata.labels };
  const keeper =
    KEEPERS.find(([mark]) => marks[mark] !== undefined)?.[1] ??
    marks[MANAGED_LABEL] ??
    ownersOf(object).find(({ manager }) => KEEPING_MANAGERS.test(manager))?.manager;
  if (keeper === undefined) return null;
  return new Conflict(`${metadata.name} is managed by ${keeper}, whose next run would undo what Kepler changes.`, {
    next: "Take it out of that tool without deleting it, remove its marks, then import it.",
  });
};

const named: Rule = ({ found: { metadata }, taken }) => {
  if (nameProblem(metadata.name)) {
    return new Invalid(`A service cannot be called ${metadata.name}, and an import keeps every object's name.`, {
      next: "Names of services have 2 to 40 small letters, digits and hyphens, and begin with a letter.",
    });
  }
  return taken
    ? new Conflict(`There is a service ${metadata.name} already, or a retired one left something under this name.`)
    : null;
};

const containers: Rule = ({ found: { metadata, spec } }) => {
  const { length } = spec.template.spec.containers;
  if (length === 1) return null;
  return new Invalid(`The pods of ${metadata.name} have ${length} containers; a service has one of its own.`, {
    next: "Only a Deployment with one container can be imported.",
  });
};

/** Labels that Kepler writes on pods with values of its own. */
const WRITTEN = [MANAGED_LABEL, APP_LABEL, "kepler.dev/release", "sidecar.istio.io/inject"];

const selectors: Rule = ({ found: { metadata, spec } }) => {
  const { matchLabels, matchExpressions } = spec.selector;
  const isSaid = !matchExpressions?.length && Object.keys(matchLabels ?? {}).length > 0;
  if (isSaid && !WRITTEN.some((label) => matchLabels?.[label] !== undefined)) return null;
  return new Invalid(`${metadata.name} finds its pods by more than labels of its own, and a selector never changes.`, {
    next: "Only a selector of plain labels (matchLabels) can be imported.",
  });
};

const autoscaled: Rule = ({ found: { metadata }, autoscalers: [autoscaler] }) =>
  autoscaler === undefined
    ? null
    : new Conflict(`The autoscaler ${autoscaler} moves the number of pods of ${metadata.name}.`, {
        next: "Remove that autoscaler, import, and set autoscaling in the service's settings.",
      });

const unsettled: Rule = ({ found: { metadata, spec, status } }) => {
  const { replicas } = spec;
  if (spec.paused) {
    return new Conflict(`The rollout of ${metadata.name} is paused.`, {
      next: "Let it go on (kubectl rollout resume) first.",
    });
  }
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas];
  if (status.observedGeneration >= metadata.generation && counts.every((count) => count === replicas)) return null;
  return new Conflict(`${metadata.name} is on its way: not all of its pods are ready and of the newest kind.`, {
    next: "Wait until its rollout has ended, or repair it, then import.",
  });
};

/** For one that nothing speaks against and that cannot be read all the same. */
export function unreadable({ metadata }: FoundDeployment, { digest }: Surroundings): KeplerError {
  if (digest === null) {
    return new Conflict(
      `Which image ${metadata.name} runs is not known: its pods run different ones, or there is none.`,
      {
        next: "Name the image by its digest, or wait until all pods run the same, then import.",
      },
    );
  }
  return new Invalid(`${metadata.name} says something that a service's settings cannot hold.`, {
    next: "Look at its numbers of pods, seconds and ids: one is beyond what Kepler allows.",
  });
}
