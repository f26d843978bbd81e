import { type CertificateProblem } from "#lib/clusters/certificate-schema";
import { type SeenEvent } from "#lib/clusters/event-rules";
import { type SeenPod } from "#lib/clusters/pod-rules";
import { type SeenWorkload } from "#lib/clusters/workload-rules";
import {
  type SeenAutoscaler,
  type SeenClaim,
  type SeenEndpoints,
  type SeenNode,
  type SeenReplicaSet,
  type SeenRoute,
  type SeenService,
} from "./surroundings-rules.ts";

/** Last lines of a container that is in trouble. */
export type SeenLog = { pod: string; container: string; previous: boolean; lines: string[] };
/** The most that a container was measured to hold, by whom, and when that was. */
export type SeenUsage = {
  pod: string;
  container: string;
  memoryBytes: number;
  by: "metrics.k8s.io" | "Prometheus";
  at: Date;
};
/** What a visitor gets at an address: a status, or why there was none. */
export type SeenAnswer = { url: string; status: number | null; error: "dns" | "silent" | null; at: Date };
/** What the registry says of the image that is wanted. */
export type SeenImage = { reference: string; digest: string; present: boolean; tagDigest: string | null; at: Date };

/** Everything that was seen of an app in one environment, from every system: what the rules decide from. */
export type Scene = {
  /** Name of the app and of its objects. */
  app: string;
  /** Name of its own container in each pod. */
  container: string;
  now: Date;
  /** A release has given up waiting: what has only just begun is told as well. */
  waited?: true;
  workload: SeenWorkload | null;
  pods: readonly SeenPod[];
  events: readonly SeenEvent[];
  replicaSets: readonly SeenReplicaSet[];
  autoscaler: SeenAutoscaler | null;
  claims: readonly SeenClaim[];
  service: SeenService | null;
  endpoints: SeenEndpoints | null;
  routes: readonly SeenRoute[];
  nodes: readonly SeenNode[];
  logs: readonly SeenLog[];
  usage: readonly SeenUsage[];
  answers: readonly SeenAnswer[];
  /** What is wrong with the certificates of its routes. */
  certificates: readonly CertificateProblem[];
  image: SeenImage | null;
  /** Newest build that succeeded and is what runs. */
  build: { number: number; endedAt: Date | null } | null;
  /** Number of the release that was completed before the one that stands there; null where nothing can be gone back to. */
  before: number | null;
};

/** A scene of pods alone: what a reconciler knows while it waits for them. */
export const sceneOfPods = (pods: readonly SeenPod[], now: Date): Scene => ({
  app: "",
  container: "",
  now,
  pods,
  workload: null,
  events: [],
  replicaSets: [],
  autoscaler: null,
  claims: [],
  service: null,
  endpoints: null,
  routes: [],
  nodes: [],
  logs: [],
  usage: [],
  answers: [],
  certificates: [],
  image: null,
  build: null,
  before: null,
});
