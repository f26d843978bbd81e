import { type Fault } from "./fault.ts";
import { object, withVolume } from "./fault-objects.ts";

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
];
