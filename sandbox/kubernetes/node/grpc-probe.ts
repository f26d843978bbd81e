import { connect, type IncomingHttpHeaders } from "node:http2";

const SERVING = 1;
const STATUS_NAMES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
const UNIMPLEMENTED = "12";

type Result = { ok: boolean; message: string };

/** Asks `grpc.health.v1.Health/Check` of a service (github.com/grpc/grpc/blob/master/doc/health-checking.md). */
export function tryGrpc(host: string, port: number, service: string, timeoutMs: number): Promise<Result> {
  const client = connect(`http://${host}:${port}`);
  return new Promise<Result>((resolve) => {
    const fail = (message: string): void => resolve({ ok: false, message });
    const unreachable = (why: string): void =>
      fail(`timeout: failed to connect service "${host}:${port}" within ${timeoutMs / 1000}s: ${why}`);
    const deadline = setTimeout(() => unreachable("context deadline exceeded"), timeoutMs);
    client.on("error", (error) => unreachable(error.message));
    client.on("close", () => clearTimeout(deadline));
    const call = client.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
      "user-agent": "kube-probe/1.36",
    });
    call.on("error", (error) => unreachable(error.message));
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    const note = (headers: IncomingHttpHeaders): void => void (trailers = { ...trailers, ...headers });
    call.on("response", note).on("trailers", note);
    call.on("data", (chunk: Buffer) => chunks.push(chunk));
    call.on("end", () => {
      const code = String(trailers["grpc-status"] ?? "0");
      if (code === UNIMPLEMENTED)
        return fail("error: this server does not implement the grpc health protocol (grpc.health.v1.Health)");
      if (code !== "0")
        return fail(
          `error: health rpc probe failed: rpc error: code = ${code} desc = ${String(trailers["grpc-message"] ?? "")}`,
        );
      const status = statusIn(Buffer.concat(chunks));
      if (status === SERVING) return resolve({ ok: true, message: "service healthy" });
      return fail(`service unhealthy (responded with ${JSON.stringify(STATUS_NAMES[status] ?? String(status))})`);
    });
    const name = Buffer.from(service);
    // HealthCheckRequest { string service = 1 } behind gRPC's prefix: not compressed, and its length.
    const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
    call.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  }).finally(() => client.destroy());
}

/** HealthCheckResponse { ServingStatus status = 1 }; a field that is left out is zero. */
const statusIn = (body: Buffer): number => (body[5] === 0x08 ? (body[6] ?? 0) : 0);
