import { type Fault } from "./fault.ts";
import { NOWHERE, with1 } from "./fault-objects.ts";

/** The image does not come to the node, or is of no use there. */
export const imageFaults: Fault[] = [
  {
    name: "an image that the registry does not have",
    objects: (ground) => with1({ image: `${ground.registry}/faults/node@${NOWHERE}` })(ground),
    rule: "image",
    sentence: /cannot pull the image of t-\w+: it is not in the registry/,
    evidence: /not found/,
    action: { kind: "build" },
  },
  {
    name: "an image for another processor",
    objects: (ground) => with1({ image: ground.foreignImage })(ground),
    rule: "image",
    sentence: /it is not built for the nodes' platform/,
    evidence: /no match for platform|exec format error/,
    action: { kind: "build" },
  },
  {
    name: "an image name that cannot be one",
    objects: with1({ image: "Not-A-Name:latest" }),
    rule: "image",
    sentence: /its name is not valid \(InvalidImageName\)/,
    evidence: /couldn't parse image name/,
    action: { kind: "build" },
  },
  {
    name: "a registry that does not let the cluster in",
    objects: (ground) => with1({ image: `${ground.registry}/faults/denied@${NOWHERE}` })(ground),
    outOfOrder: () => ({ system: "registry", kind: "answer", path: "/v2/faults/denied/", status: 401 }),
    rule: "image",
    sentence: /the registry does not let the cluster read it/,
    evidence: /denied/,
    action: { kind: "ask" },
  },
  {
    name: "a registry that takes no more requests",
    objects: (ground) => with1({ image: `${ground.registry}/faults/limited@${NOWHERE}` })(ground),
    outOfOrder: () => ({
      ...{ system: "registry", kind: "answer", path: "/v2/faults/limited/", status: 429 },
      body: "toomanyrequests: You have reached your pull rate limit.",
    }),
    rule: "image",
    sentence: /the registry takes no more requests for now/,
    evidence: /429/,
    action: { kind: "ask" },
  },
];
