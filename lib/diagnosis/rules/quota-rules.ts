import { found, fromEvent, type Rule, seenIn } from "../finding-rules.ts";
import { type Scene } from "../scene-schema.ts";
import { type Evidence, type FindingAction } from "../schema.ts";

/** The namespace's quota, or another rule of the cluster, refuses the pods before they exist. */
export const quotaRule: Rule = (scene) => {
  const refused = refusalIn(scene);
  if (!refused) return [];
  const { text, evidence } = refused;
  const over = /exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: (\S+)/.exec(text);
  if (over) return [overQuota(over, evidence)];
  const unsaid = /failed quota: (\S+): must specify (.+)$/s.exec(text);
  const shared = { rule: "quota" as const, evidence: [evidence] };
  if (unsaid) {
    return [
      found({
        ...shared,
        variant: "unsaid",
        message: `The quota ${unsaid[1]} takes only pods that say what they need: ${unsaid[2]}.`,
        next: "Give the container these requests and limits.",
        actions: [{ kind: "settings", section: "size", field: null }, { kind: "ask" }],
      }),
    ];
  }
  return [
    found({
      ...shared,
      variant: "refused",
      message: `The cluster refuses to create the pods: ${text}`,
      next: "Change what the service asks for, or ask the cluster's operator.",
      actions: [{ kind: "settings", section: "size", field: null }, { kind: "ask" }],
    }),
  ];
};

/** As the controller that makes the pods was told. What has since succeeded is no trouble any more. */
function refusalIn({ workload, events, pods }: Scene): { text: string; evidence: Evidence } | null {
  if (!workload) return null;
  const at = { kind: workload.kind, name: workload.name };
  if (workload.reason === "FailedCreate" && workload.message) {
    const evidence = seenIn({ source: "status", object: `${at.kind}/${at.name}`, text: workload.message, at: null });
    return { text: workload.message, evidence };
  }
  // A StatefulSet says it in events alone.
  if (pods.filter(({ terminating }) => !terminating).length >= workload.desired) return null;
  const event = events
    .filter(({ reason, type }) => reason === "FailedCreate" && type === "Warning")
    .sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime())[0];
  return event ? { text: event.message, evidence: fromEvent(event) } : null;
}

function overQuota([, quota, requested = "", used = "", limited = ""]: RegExpExecArray, evidence: Evidence) {
  const [name = "", asked = ""] = (requested.split(",")[0] ?? "").split("=");
  const amount = (list: string) =>
    list
      .split(",")
      .find((part) => part.startsWith(`${name}=`))
      ?.slice(name.length + 1) ?? "";
  const isSize = /cpu|memory/.test(name);
  const actions: FindingAction[] = [
    isSize
      ? { kind: "settings", section: "size", field: null }
      : { kind: "settings", section: "scale", field: "replicas" },
    { kind: "ask" },
  ];
  return found({
    rule: "quota",
    variant: name,
    message: `The quota ${quota} refuses another pod: it asks for ${asked} of ${name}, and ${amount(used)} of ${amount(limited)} are used.`,
    next: "Ask for less, or ask the cluster's operator for a larger quota.",
    evidence: [evidence],
    actions,
  });
}
