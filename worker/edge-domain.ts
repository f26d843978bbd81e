import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const sandboxFile = z.object({ edge: z.object({ url: z.url() }).optional() });

/**
 * The domain under which the first environments' services are reached: where the sandbox's edge listens ("localhost:7105"),
 * or plain localhost when the cluster is a real one, until an admin gives the environments domains of their own.
 */
export async function edgeDomain(home: string): Promise<string> {
  const text = await readFile(join(home, "sandbox.json"), "utf8").catch(() => "{}");
  const parsed = sandboxFile.safeParse(JSON.parse(text));
  const edge = parsed.success ? parsed.data.edge : undefined;
  return edge ? `localhost:${new URL(edge.url).port}` : "localhost";
}
