import { z } from "zod";
import { type ClusterApi, send } from "./cluster-api.ts";

export type Marks = {
  /** Resolves with the moment (milliseconds since the epoch) at which the watch told of it. */
  next(mark: string): Promise<number>;
  stop(): void;
};

/** A watch of all pods (in a product's cluster, one beside Kepler's own) that hears of marks which changes carry. */
export async function watchMarks(cluster: ClusterApi, mark: RegExp): Promise<Marks> {
  const list = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
  const { metadata } = list.parse(await (await send(cluster, "GET", "/api/v1/pods?limit=1")).json());
  const gone = new AbortController();
  const response = await fetch(`${cluster.url}/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`, {
    headers: { authorization: `Bearer ${cluster.token}` },
    signal: gone.signal,
  });
  const waiting = new Map<string, (at: number) => void>();
  void (async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const found = mark.exec(line)?.[1];
        if (found === undefined) continue;
        waiting.get(found)?.(performance.timeOrigin + performance.now());
        waiting.delete(found);
      }
    }
  })().catch(() => undefined);
  return {
    next: (text) => new Promise((resolve) => waiting.set(text, resolve)),
    stop: () => gone.abort(),
  };
}
