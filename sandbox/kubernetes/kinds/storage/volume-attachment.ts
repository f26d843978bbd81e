import { type VolumeAttachment } from "../../objects.ts";
import { ageColumn, field, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";

export const volumeAttachments = kindOf<VolumeAttachment>("storage.k8s.io/v1", "volumeattachments", {
  initialise: (attachment) => {
    attachment.status = { attached: false };
  },
  columns: [
    nameColumn,
    field("Attacher", "spec.attacher"),
    field("PV", "spec.source.persistentVolumeName"),
    field("Node", "spec.nodeName"),
    field("Attached", "status.attached"),
    ageColumn,
  ],
});
