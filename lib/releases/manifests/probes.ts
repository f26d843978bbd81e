import { type SpecProbe } from "#lib/apps/spec/probe-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { given } from "./object.ts";

/** Without a probe of its own, a pod is ready when its first port accepts a connection: never before. */
export function probes(spec: AppSpec) {
  const first = spec.ports[0];
  const ready = spec.readinessProbe ? probe(spec.readinessProbe) : first ? portAnswers(first.port) : null;
  return given({
    startupProbe: spec.startupProbe && probe(spec.startupProbe),
    readinessProbe: ready,
    livenessProbe: spec.livenessProbe && probe(spec.livenessProbe),
  });
}

const portAnswers = (port: number) => ({
  tcpSocket: { port },
  periodSeconds: 2,
  timeoutSeconds: 1,
  failureThreshold: 3,
});

function probe(asked: SpecProbe) {
  const { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold } = asked;
  return {
    ...handler(asked),
    ...given({ initialDelaySeconds: initialDelaySeconds || null }),
    periodSeconds,
    timeoutSeconds,
    successThreshold,
    failureThreshold,
  };
}

function handler(asked: SpecProbe) {
  switch (asked.type) {
    case "http": {
      const { path, port, scheme, headers } = asked;
      return { httpGet: { path, port, scheme, ...given({ httpHeaders: headers }) } };
    }
    case "tcp":
      return { tcpSocket: { port: asked.port } };
    case "exec":
      return { exec: { command: asked.command } };
    case "grpc":
      return { grpc: { port: asked.port, ...given({ service: asked.service }) } };
  }
}
