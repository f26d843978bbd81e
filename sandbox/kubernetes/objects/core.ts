import { type KubeObject } from "./meta.ts";

export type Namespace = KubeObject & { spec: { finalizers?: string[] }; status: { phase: "Active" | "Terminating" } };
export type ConfigMap = KubeObject & {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
};
export type Secret = KubeObject & { type: string; data?: Record<string, string>; immutable?: boolean };
export type Event = KubeObject & {
  involvedObject: {
    apiVersion?: string;
    kind?: string;
    name?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    fieldPath?: string;
  };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  source?: { component?: string; host?: string };
  series?: { count: number; lastObservedTime: string };
  reportingComponent?: string;
  reportingInstance?: string;
};
