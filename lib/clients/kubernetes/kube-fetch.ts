import "server-only";
import http from "node:http";
import https from "node:https";
import { type Readable } from "node:stream";
import { KubeConfig } from "@kubernetes/client-node";
import { WebSocket } from "ws";
import { Invalid, Unavailable } from "#lib/platform/errors";
import { type Fetch } from "../http/target.ts";

export type Door = {
  server: string;
  fetch: Fetch;
  /** A WebSocket (RFC 6455) to a path of the server, with the same credentials; it is not open yet. */
  dial(url: string, protocols: string[], headDeadlineMs: number): Promise<WebSocket>;
  close(): void;
};

/**
 * The way to one cluster: credentials, TLS, exec plugins and proxies as the kubeconfig says, through connections that
 * are kept. The library's own requests are not used: they open a connection per call and cut silent streams.
 * `kubeconfig` is a path or the text itself; Invalid when it cannot be used.
 */
export function openDoor(kubeconfig: string, context?: string): Door {
  const config = loadConfig(kubeconfig, context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Invalid("The kubeconfig names no cluster.", { system: "kubernetes" });
  const server = new URL(cluster.server);
  // The library refuses plain HTTP unless told that nothing is verified; there is nothing to verify.
  if (server.protocol === "http:") Object.assign(cluster, { skipTLSVerify: true });
  const wire = server.protocol === "http:" ? http : https;
  const kept = new wire.Agent({ keepAlive: true, scheduling: "lifo" });

  const credentials = async (): Promise<https.RequestOptions> => {
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options).catch((cause: unknown) => {
      throw new Unavailable("The kubeconfig's user gives no credentials.", {
        system: "kubernetes",
        next: "An admin must look at its exec plugin or files.",
        cause,
      });
    });
    return options;
  };

  return {
    server: cluster.server,
    close: () => kept.destroy(),
    dial: async (url, protocols, headDeadlineMs) => {
      const { ca, cert, key, servername, rejectUnauthorized, headers, auth, agent } = await credentials();
      return new WebSocket(url, protocols, {
        ...{ ca, cert, key, servername, rejectUnauthorized, auth },
        headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)])),
        // A proxy's agent if there is one; the kept connections speak HTTP and cannot be upgraded for good.
        agent: cluster.proxyUrl ? agent : undefined,
        handshakeTimeout: headDeadlineMs,
        perMessageDeflate: false,
      });
    },
    fetch: async (url, init) => {
      const options = await credentials();
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const outgoing = wire.request(
        url,
        {
          ...options,
          agent: cluster.proxyUrl ? options.agent : kept,
          method: init.method,
          headers: { ...options.headers, ...Object.fromEntries(new Headers(init.headers)) },
          signal: init.signal ?? undefined,
        },
        (incoming) => resolve(asResponse(incoming)),
      );
      outgoing.on("error", reject);
      outgoing.end(typeof init.body === "string" ? init.body : undefined);
      return promise;
    },
  };
}

function loadConfig(kubeconfig: string, context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{")) config.loadFromString(kubeconfig);
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    throw new Invalid("The kubeconfig cannot be read.", { system: "kubernetes", cause });
  }
  if (context) config.setCurrentContext(context);
  return config;
}

const WITHOUT_BODY = new Set([204, 205, 304]);

function asResponse(incoming: http.IncomingMessage): Response {
  const status = incoming.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (WITHOUT_BODY.has(status)) {
    incoming.on("error", () => {}).resume();
    return new Response(null, { status, headers });
  }
  return new Response(bytesOf(incoming), { status, headers });
}

/** Bytes as they come; giving up the stream closes the connection. */
function bytesOf(incoming: Readable): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel() {
      incoming.destroy();
    },
  });
}
