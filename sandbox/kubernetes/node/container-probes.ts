import { type Container, type Probe } from "../objects.ts";
import { type Target, watchProbe } from "./probes.ts";

export type ProbeOutcome = {
  /** The container's first good start: at once where no startup probe says otherwise. */
  started(): void;
  ready(is: boolean): void;
  /** Liveness, or startup that did not come in time. */
  unhealthy(probe: "startup" | "liveness", graceSeconds: number | undefined): void;
  failed(probe: string, message: string): void;
};

/** Probes a running container until the signal: startup first, then readiness and liveness side by side. */
export async function probeContainer(
  { startupProbe, readinessProbe, livenessProbe }: Container,
  target: Target,
  { signal, scale }: { signal: AbortSignal; scale: number },
  on: ProbeOutcome,
): Promise<void> {
  const follow = (name: string, probe: Probe, until: AbortSignal, decided: (ok: boolean) => void): Promise<void> =>
    watchProbe(
      probe,
      target,
      { scale, signal: until, eager: name === "Readiness" },
      { decided, failed: ({ message }) => on.failed(name, message) },
    );

  if (startupProbe !== undefined) {
    const done = new AbortController();
    let succeeded = false;
    await follow("Startup", startupProbe, AbortSignal.any([signal, done.signal]), (ok) => {
      succeeded = ok;
      done.abort();
      if (!ok) on.unhealthy("startup", startupProbe.terminationGracePeriodSeconds);
    });
    if (!succeeded) return;
  }
  on.started();
  if (readinessProbe === undefined) on.ready(true);
  await Promise.all([
    readinessProbe === undefined ? undefined : follow("Readiness", readinessProbe, signal, on.ready),
    livenessProbe === undefined
      ? undefined
      : follow("Liveness", livenessProbe, signal, (ok) =>
          ok ? undefined : on.unhealthy("liveness", livenessProbe.terminationGracePeriodSeconds),
        ),
  ]);
}
