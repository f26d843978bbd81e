import { type Fault } from "./fault.ts";
import { with1, withVolume } from "./fault-objects.ts";

/** What the pods are configured from is not there. */
export const configFaults: Fault[] = [
  {
    name: "a ConfigMap that is not there",
    objects: with1({ envFrom: [{ configMapRef: { name: "no-such-config" } }] }),
    rule: "config",
    sentence: /needs the ConfigMap no-such-config, which is not there/,
    evidence: /configmap "no-such-config" not found/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a Secret that lacks a key",
    objects: (ground) => [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: ground.name, namespace: ground.namespace },
        stringData: { other: "x" },
      },
      ...with1({ env: [{ name: "A", valueFrom: { secretKeyRef: { name: ground.name, key: "password" } } }] })(ground),
    ],
    rule: "config",
    sentence: /needs the key password of the Secret t-\S+, which is not there/,
    evidence: /couldn't find key password in Secret/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a mounted Secret that is not there",
    objects: withVolume({ secret: { secretName: "no-such-secret" } }),
    rule: "config",
    sentence: /needs the Secret no-such-secret, which is not there/,
    evidence: /FailedMount/,
    action: { kind: "settings", section: "start" },
  },
];
