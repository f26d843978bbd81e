import { type Fault } from "./fault.ts";
import { deployment, node, object, own, withVolume } from "./fault-objects.ts";
import { type Ground } from "./fault-world.ts";

const placeOf = ({ name }: Ground) => ({ "kepler.dev/place": name });
const onDisk = (ground: Ground, spec: Record<string, unknown>) =>
  deployment(ground, {
    containers: [own(ground, { volumeMounts: [{ name: "data", mountPath: "/data" }] })],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: ground.name } }],
    ...spec,
  });

/** What the pods keep their data on does not come. */
export const volumeFaults: Fault[] = [
  {
    name: "a claim that is not there",
    objects: withVolume({ persistentVolumeClaim: { claimName: "no-such-claim" } }),
    rule: "config",
    sentence: /needs the PersistentVolumeClaim no-such-claim, which is not there/,
    evidence: /persistentvolumeclaim "no-such-claim" not found/,
    action: { kind: "settings", section: "storage" },
  },
  {
    name: "a claim whose storage class does not exist",
    objects: (ground) => [
      object(ground, "v1", "PersistentVolumeClaim", {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "no-such-class",
        resources: { requests: { storage: "1Gi" } },
      }),
      ...withVolume({ persistentVolumeClaim: { claimName: ground.name } })(ground),
    ],
    rule: "volume",
    sentence: /The claim t-\S+ has no volume yet: .*no-such-class/,
    evidence: /ProvisioningFailed/,
    action: { kind: "settings", section: "storage" },
  },
  {
    name: "a volume that cannot be mounted",
    objects: withVolume({ hostPath: { path: "/no/such/folder", type: "Directory" } }),
    rule: "volume",
    sentence: /The volume data does not come to t-\S+ \(FailedMount\)/,
    evidence: /hostPath type check failed/,
    action: { kind: "ask" },
  },
  {
    name: "a volume that another node still holds",
    onlyInSandbox:
      "a volume is attached by a CSI driver of a cloud or a storage system, which a cluster of the tests has not",
    objects: (ground) => [
      {
        ...node(ground),
        metadata: { name: ground.name, labels: placeOf(ground), annotations: { "kwok.x-k8s.io/node": "fake" } },
        spec: { taints: [{ key: "kepler.dev/faults", effect: "NoSchedule" }] },
      },
      object(ground, "v1", "PersistentVolumeClaim", {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "disk",
        resources: { requests: { storage: "1Gi" } },
      }),
      onDisk(ground, { nodeSelector: placeOf(ground), tolerations: [{ operator: "Exists" }] }),
    ],
    // The next release is sent to another node, while the pod of this one keeps serving, and keeps the volume.
    next: (ground) => [onDisk(ground, {})],
    rule: "volume",
    sentence: /The volume pvc-\S+ cannot go to the node of t-\S+: another node still holds it\./,
    evidence: /FailedAttachVolume: Multi-Attach error for volume "pvc-\S+" Volume is already used by pod\(s\) t-/,
    action: { kind: "settings", section: "storage", field: "volumes" },
  },
];
