import { found, podsWord, type Rule, seenIn } from "../finding-rules.ts";
import { type Scene, type SeenImage } from "../scene-schema.ts";
import { type Evidence, type Finding } from "../schema.ts";
import { answerEvidence } from "./route-rules.ts";

const short = (digest: string): string => digest.replace(/^sha256:/, "").slice(0, 12);

/** Two systems do not say the same: each is shown with what it said and when, and nobody is believed blindly. */
export const disagreementRule: Rule = (scene) => [
  ...edgeAgainstPods(scene),
  ...podsAgainstRelease(scene),
  ...registryAgainstBuild(scene),
];

function edgeAgainstPods({ answers, pods, workload }: Scene): Finding[] {
  const ready = pods.filter((pod) => pod.ready);
  if (ready.length === 0) return [];
  return answers
    .filter(({ status }) => status !== null && status >= 500)
    .map((answer) =>
      found({
        rule: "disagreement",
        variant: `edge ${answer.url}`,
        system: "edge",
        message: `Kubernetes sees ${podsWord(ready.length)} ready, and ${answer.url} answers with status ${answer.status}.`,
        next: "See whether the route leads to these pods, and what the service itself answers: its log and its port.",
        pods: ready.map(({ name }) => name),
        evidence: [
          answerEvidence(answer),
          seenIn({
            source: "status",
            object: workload ? `${workload.kind}/${workload.name}` : "Pod",
            text: `${ready.length} ready`,
          }),
        ],
        actions: [
          { kind: "settings", section: "network", field: "exposure" },
          { kind: "settings", section: "ports", field: "ports" },
        ],
      }),
    );
}

const registryEvidence = (image: SeenImage, text: string): Evidence => ({
  system: "registry",
  source: "answer",
  object: image.reference,
  text,
  at: image.at.toISOString(),
  count: 1,
});

function podsAgainstRelease({ image, pods }: Scene): Finding[] {
  if (!image) return [];
  const others = pods.filter((pod) => pod.ready && pod.imageDigest !== null && pod.imageDigest !== image.digest);
  const [other] = others;
  if (!other) return [];
  return [
    found({
      rule: "disagreement",
      variant: "digest",
      level: "warn",
      code: "conflict",
      message: `The release names the image ${short(image.digest)}, and another one, ${short(other.imageDigest ?? "")}, is run by ${podsWord(others.length)}.`,
      next: "A rollout that is under way ends this. Otherwise somebody changed the image by hand: undo it, or release again.",
      pods: others.map(({ name }) => name),
      evidence: [
        seenIn({ source: "status", object: `Pod/${other.name}`, text: other.imageDigest ?? "" }),
        registryEvidence(image, image.digest),
      ],
      actions: [{ kind: "restart" }, { kind: "rollback" }],
    }),
  ];
}

function registryAgainstBuild({ image, build, pods }: Scene): Finding[] {
  if (!image) return [];
  if (image.present) return movedTag(image);
  const running = pods.filter((pod) => pod.ready).length;
  return [
    found({
      rule: "disagreement",
      variant: "image-gone",
      level: running > 0 ? "warn" : "fail",
      system: "registry",
      code: "not-found",
      message: build
        ? `Jenkins says that build b${build.number} succeeded, and the registry does not have its image any more.`
        : `The release names the image ${short(image.digest)}, and the registry does not have it.`,
      next: "Pods that move to another node cannot start again: build the commit again and release that build.",
      evidence: [
        registryEvidence(image, "not found"),
        ...(build
          ? [
              {
                system: "jenkins" as const,
                source: "status" as const,
                object: `b${build.number}`,
                text: "SUCCESS",
                at: build.endedAt?.toISOString() ?? null,
                count: 1,
              },
            ]
          : []),
      ],
      actions: [{ kind: "build" }, { kind: "rollback" }],
    }),
  ];
}

function movedTag(image: SeenImage): Finding[] {
  if (image.tagDigest === null || image.tagDigest === image.digest) return [];
  return [
    found({
      rule: "disagreement",
      variant: "tag-moved",
      level: "warn",
      system: "registry",
      code: "conflict",
      message: `The tag ${image.reference} means ${short(image.tagDigest)} in the registry now, and the release runs ${short(image.digest)}.`,
      next: "Nothing changes for what runs: it is named by its digest. Find out who moved the tag.",
      evidence: [registryEvidence(image, image.tagDigest), registryEvidence(image, image.digest)],
      actions: [{ kind: "ask" }],
    }),
  ];
}
