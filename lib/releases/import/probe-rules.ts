import { type SpecProbe, specProbe } from "#lib/apps/spec/probe-schema";
import { type AppSpec } from "#lib/apps/spec-schema";
import { type FoundContainer, type FoundProbe } from "./found-schema.ts";

/** A probe as the Spec has it; null for none, and for one that it cannot say, which stays as it is. */
export function readProbe(found: FoundProbe | null | undefined, ports: AppSpec["ports"]): SpecProbe | null {
  if (!found) return null;
  const { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold } = found;
  const timings = { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold };
  const numberOf = (port: number | string) =>
    typeof port === "number" ? port : ports.find(({ name }) => name === port)?.port;
  const { httpGet, tcpSocket, exec, grpc } = found;
  const asked = httpGet
    ? { type: "http", ...httpGet, port: numberOf(httpGet.port), headers: httpGet.httpHeaders ?? [] }
    : tcpSocket
      ? { type: "tcp", port: numberOf(tcpSocket.port) }
      : exec
        ? { type: "exec", command: exec.command }
        : { type: "grpc", port: grpc?.port, service: grpc?.service ?? "" };
  return specProbe.safeParse({ ...asked, ...timings }).data ?? null;
}

/** Ports that probes ask by number. */
export function probePorts({ startupProbe, readinessProbe, livenessProbe }: FoundContainer): number[] {
  const asked = [startupProbe, readinessProbe, livenessProbe].flatMap((probe) => {
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
    return typeof port === "number" ? [port] : [];
  });
  return [...new Set(asked)];
}
