import { found, type Rule, seenIn } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";
import { type Finding } from "../schema.ts";

/** The Service sends where no container listens, or to none of the pods. */
export const portRule: Rule = (scene) => [...wrongTargets(scene), ...nobodySelected(scene)];

const ports = { kind: "settings", section: "ports", field: "ports" } as const;

function wrongTargets({ service, pods }: Scene): Finding[] {
  const living = pods.filter(({ terminating }) => !terminating);
  const declared = living[0]?.containers.flatMap((one) => one.ports) ?? [];
  if (!service || declared.length === 0) return [];
  const wrong = service.ports.filter(
    ({ target }) => !declared.some(({ name, port }) => target === name || target === port),
  );
  return wrong.map(({ port, target }) => {
    const have = declared.map((one) => (one.name === null ? String(one.port) : `${one.name} ${one.port}`)).join(", ");
    return found({
      rule: "port",
      variant: String(target),
      // A port need not be declared to be listened on; a name that no container has leads nowhere.
      level: typeof target === "string" ? "fail" : "warn",
      code: "invalid",
      message: `The Service ${service.name} sends port ${port} on to ${target}, and the pods' containers have ${have}.`,
      next: "Let the Service and the container name the same port.",
      pods: living.map(({ name }) => name),
      evidence: [
        seenIn({ source: "spec", object: `Service/${service.name}`, text: `port ${port} → targetPort ${target}` }),
        seenIn({ source: "spec", object: `Pod/${living[0]?.name ?? ""}`, text: `containerPort ${have}` }),
      ],
      actions: [ports, { kind: "rollback" }],
    });
  });
}

function nobodySelected({ service, endpoints, pods }: Scene): Finding[] {
  const ready = pods.filter((pod) => pod.ready);
  if (!service || !endpoints || ready.length === 0 || endpoints.all > 0) return [];
  if (Object.keys(service.selector).length === 0) return [];
  const selector = Object.entries(service.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
  return [
    found({
      rule: "port",
      variant: "selector",
      code: "invalid",
      message: `The Service ${service.name} finds none of the pods that are ready (${ready.length}): its selector does not fit their labels.`,
      next: "Release again: that brings the Service back to what Kepler wants of it.",
      pods: ready.map(({ name }) => name),
      evidence: [
        seenIn({ source: "spec", object: `Service/${service.name}`, text: `selector ${selector}` }),
        seenIn({ source: "status", object: "EndpointSlice", text: "0 endpoints" }),
      ],
      actions: [{ kind: "restart" }, { kind: "rollback" }],
    }),
  ];
}
