import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Logger } from "pino";
import { z } from "zod";
import { openState } from "./platform/state.ts";

const ports = z.object({
  gitlab: z.number(),
  jenkins: z.number(),
  registry: z.number(),
  kubernetes: z.number(),
  edge: z.number(),
});

export type Ports = z.infer<typeof ports>;

/**
 * Which port each system listens on: `base` + 1 to 5; for base 0 free ones, chosen once and kept in ports.json, since
 * image references and clone URLs hold them.
 */
export async function choosePorts(base: number, home: string, logger: Logger): Promise<Ports> {
  if (base > 0)
    return { gitlab: base + 1, jenkins: base + 2, registry: base + 3, kubernetes: base + 4, edge: base + 5 };
  const unset = { gitlab: 0, jenkins: 0, registry: 0, kubernetes: 0, edge: 0 };
  const { data, flush } = await openState({
    file: join(home, "ports.json"),
    schema: ports,
    initial: () => unset,
    logger,
  });
  if (data.gitlab === 0) {
    const taken = new Set<number>();
    while (taken.size < 5) taken.add(await freePort());
    const [gitlab = 0, jenkins = 0, registry = 0, kubernetes = 0, edge = 0] = taken;
    Object.assign(data, { gitlab, jenkins, registry, kubernetes, edge });
    await flush();
  }
  return data;
}

/** Below the range that systems give to outgoing connections, so that nobody takes it while the sandbox is down. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
}
