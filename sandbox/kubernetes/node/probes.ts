import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type Container, type Handler, type Probe } from "../objects.ts";
import { tryGrpc } from "./grpc-probe.ts";

export type ProbeResult = { ok: boolean; message: string };
export type Target = {
  podIp: string;
  container: Container;
  exec(command: string[], timeoutMs: number): Promise<{ exitCode: number; output: string }>;
};

const portOf = (container: Container, port: number | string): number =>
  typeof port === "number" ? port : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));

/** One try of a handler, with the sentences of the kubelet. */
export async function tryHandler(
  { exec, httpGet, tcpSocket, grpc }: Handler,
  target: Target,
  timeoutMs: number,
): Promise<ProbeResult> {
  if (httpGet !== undefined)
    return tryHttp({ ...httpGet, port: portOf(target.container, httpGet.port) }, target.podIp, timeoutMs);
  if (tcpSocket !== undefined) return tryTcp(target.podIp, portOf(target.container, tcpSocket.port), timeoutMs);
  if (grpc !== undefined) return tryGrpc(target.podIp, grpc.port, grpc.service ?? "", timeoutMs);
  if (exec !== undefined) {
    const { exitCode, output } = await target.exec(exec.command, timeoutMs);
    return { ok: exitCode === 0, message: output.trim() };
  }
  return { ok: true, message: "" };
}

function tryHttp(
  get: { path: string; port: number; httpHeaders?: { name: string; value: string }[] },
  host: string,
  timeout: number,
): Promise<ProbeResult> {
  const headers = Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const url = `http://${host}:${get.port}${get.path}`;
  return new Promise((resolve) => {
    const fail = (why: string): void => resolve({ ok: false, message: `Get "${url}": ${why}` });
    const asked = request(
      {
        host,
        port: get.port,
        path: get.path,
        headers: { "user-agent": "kube-probe/1.36", ...headers },
        timeout,
        agent: false,
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve({ ok: status >= 200 && status < 400, message: `HTTP probe failed with statuscode: ${status}` });
      },
    );
    asked.on("timeout", () => {
      fail("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
      asked.destroy();
    });
    asked.on("error", (error) =>
      fail(
        /ECONNREFUSED/.test(error.message)
          ? `dial tcp ${host}:${get.port}: connect: connection refused`
          : error.message,
      ),
    );
    asked.end();
  });
}

function tryTcp(host: string, port: number, timeout: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout });
    const end = (ok: boolean, message: string): void => {
      socket.destroy();
      resolve({ ok, message });
    };
    socket.on("connect", () => end(true, ""));
    socket.on("timeout", () => end(false, `dial tcp ${host}:${port}: i/o timeout`));
    socket.on("error", () => end(false, `dial tcp ${host}:${port}: connect: connection refused`));
  });
}

/**
 * Probes until the signal is aborted and reports each time that enough tries in a row agree.
 * `scale` shortens the waits between tries, never a try's own timeout. `eager` tries each second until the first
 * success, as a kubelet that looks again whenever a new container's state moves.
 */
export async function watchProbe(
  probe: Probe,
  target: Target,
  { scale, signal, eager }: { scale: number; signal: AbortSignal; eager: boolean },
  on: { decided(ok: boolean): void; failed(result: ProbeResult): void },
): Promise<void> {
  const pause = (seconds: number): Promise<void> => wait(seconds * 1000 * scale, undefined, { signal });
  let [good, bad, everGood] = [0, 0, false];
  try {
    await pause(probe.initialDelaySeconds ?? 0);
    for (;;) {
      const result = await tryHandler(probe, target, probe.timeoutSeconds * 1000);
      if (signal.aborted) return;
      [good, bad] = result.ok ? [good + 1, 0] : [0, bad + 1];
      everGood ||= result.ok;
      if (!result.ok) on.failed(result);
      if (good >= probe.successThreshold) on.decided(true);
      if (bad >= probe.failureThreshold) on.decided(false);
      await pause(eager && !everGood ? Math.min(1, probe.periodSeconds) : probe.periodSeconds);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
