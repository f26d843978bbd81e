import type { SettingsForm } from "./typed-settings.ts";

export const PROBE_ROLES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
export type ProbeRole = (typeof PROBE_ROLES)[number];
export const PROBE_TYPES = ["none", "http", "tcp", "exec", "grpc"] as const;
type ProbeType = (typeof PROBE_TYPES)[number];
type Probe = SettingsForm[ProbeRole];

const TIMINGS = { initialDelaySeconds: 0, periodSeconds: 5, timeoutSeconds: 2, successThreshold: 1 } as const;

/** Another kind of question, as often and as patiently as before, to the same port where it asks one. */
export function probeOf(type: ProbeType, before: Probe, ports: SettingsForm["ports"]): Probe {
  const { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold } = before ?? {
    ...TIMINGS,
    failureThreshold: 3,
  };
  const timings = { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold };
  const port = before !== null && "port" in before ? before.port : (ports[0]?.port ?? "");
  switch (type) {
    case "none":
      return null;
    case "http":
      return { type, path: "/", port, scheme: "HTTP", headers: [], ...timings };
    case "tcp":
      return { type, port, ...timings };
    case "exec":
      return { type, command: [""], ...timings };
    case "grpc":
      return { type, port, service: "", ...timings };
  }
}
