import type { ComponentType } from "react";
import { AccessFields } from "./sections/access-fields.tsx";
import { CallFields } from "./sections/call-fields.tsx";
import { EgressFields } from "./sections/egress-fields.tsx";
import { HealthFields } from "./sections/health-fields.tsx";
import { LabelFields } from "./sections/label-fields.tsx";
import { LogFields } from "./sections/log-fields.tsx";
import { NetworkFields } from "./sections/network-fields.tsx";
import { PlacementFields } from "./sections/placement-fields.tsx";
import { PortFields } from "./sections/port-fields.tsx";
import { RolloutFields } from "./sections/rollout-fields.tsx";
import { ScaleFields } from "./sections/scale-fields.tsx";
import { SecurityFields } from "./sections/security-fields.tsx";
import { SizeFields } from "./sections/size-fields.tsx";
import { StartFields } from "./sections/start-fields.tsx";
import { StorageFields } from "./sections/storage-fields.tsx";
import type { SectionId } from "./sections.ts";

/** The form of each section. */
export const SECTION_FIELDS: Record<SectionId, ComponentType> = {
  size: SizeFields,
  scale: ScaleFields,
  start: StartFields,
  ports: PortFields,
  network: NetworkFields,
  calls: CallFields,
  access: AccessFields,
  egress: EgressFields,
  health: HealthFields,
  storage: StorageFields,
  rollout: RolloutFields,
  security: SecurityFields,
  placement: PlacementFields,
  logs: LogFields,
  labels: LabelFields,
};
