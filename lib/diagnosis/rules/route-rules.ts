import { found, type Rule, seenIn } from "../finding-rules.ts";
import { type Scene, type SeenAnswer } from "../scene-schema.ts";
import { type Evidence, type Finding, type FindingAction } from "../schema.ts";

const network = { kind: "settings", section: "network", field: "exposure" } as const;

/** The way from a visitor to the pods has a gap: no name, no route, a route to nothing. */
export const routeRule: Rule = (scene) => [
  ...scene.answers.flatMap(addressFinding),
  ...certificateFindings(scene),
  ...backendFindings(scene),
];

export const answerEvidence = ({ url, status, error, at }: SeenAnswer): Evidence => ({
  system: "edge",
  source: "answer",
  object: url,
  text: status === null ? (error === "dns" ? "no such host" : "no answer") : `status ${status}`,
  at: at.toISOString(),
  count: 1,
});

function addressFinding(answer: SeenAnswer): Finding[] {
  const { url, error } = answer;
  if (error === null) return [];
  const host = new URL(url).host;
  const actions: FindingAction[] = [network, { kind: "ask" }];
  const shared = { rule: "route" as const, system: "edge", evidence: [answerEvidence(answer)], actions };
  if (error === "dns") {
    return [
      found({
        ...shared,
        variant: "dns",
        message: `The name ${host} is not known to DNS.`,
        next: "Ask whoever keeps that domain to point the name at the cluster's edge, or change the host.",
      }),
    ];
  }
  return [
    found({
      ...shared,
      variant: "silent",
      message: `Nothing answers at ${url}.`,
      next: "Ask the cluster's operator whether its gateway is reachable from here.",
    }),
  ];
}

/** What may not be looked at is no finding: nobody knows that anything is wrong. */
function certificateFindings({ certificates }: Scene): Finding[] {
  return certificates
    .filter(({ is }) => is !== "hidden")
    .map(({ is, secret, error: { message, next = "" } }) =>
      found({
        rule: "route",
        variant: `certificate-${is}`,
        level: is === "expiring" ? "warn" : "fail",
        message,
        next,
        evidence: [seenIn({ source: "spec", object: `Secret/${secret}`, text: is })],
        actions: [{ kind: "ask" }],
      }),
    );
}

function backendFindings({ routes, service, app }: Scene): Finding[] {
  return routes.flatMap(({ kind, name, backends }) =>
    backends.flatMap((backend) => {
      if (backend.service !== app) return [];
      const known = service?.ports.some(({ port }) => backend.port === null || port === backend.port);
      if (known) return [];
      return [
        found({
          rule: "route",
          variant: "backend",
          code: "not-found",
          message: service
            ? `The route ${name} sends to port ${backend.port ?? ""} of the Service ${backend.service}, which has no such port.`
            : `The route ${name} sends to the Service ${backend.service}, which is not there.`,
          next: "Release again: that brings route and Service back together.",
          evidence: [
            seenIn({ source: "spec", object: `${kind}/${name}`, text: `${backend.service}:${backend.port ?? ""}` }),
          ],
          actions: [{ kind: "restart" }, network],
        }),
      ];
    }),
  );
}
