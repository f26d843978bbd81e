import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll } from "vitest";
import { registrySuite } from "../contract/clients/registry-suite.ts";
import { type Client, describeClient } from "./client.ts";

const spec = {
  name: "docker-registry",
  variable: "CLIENT_DOCKER_REGISTRY",
  programs: ["docker-registry"],
  probe: ["--version"],
};

// Here the client is ours and the server is not: the suite that the sandbox passes, against Distribution itself.
describeClient(spec, (distribution) => {
  let server: ChildProcess;
  let url = "";
  beforeAll(async () => {
    ({ server, url } = await start(distribution));
  });
  afterAll(async () => {
    server.kill();
    await once(server, "exit");
  });

  registrySuite(() => ({ url }));
});

async function start({ program, folder }: Client): Promise<{ server: ChildProcess; url: string }> {
  const config = join(folder(), "config.yml");
  const settings = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder(), "storage") }, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0" },
  };
  await writeFile(config, JSON.stringify(settings));
  const server = spawn(program, ["serve", config], { stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface(server.stderr)) {
    const [, address] = /listening on (127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (address === undefined) continue;
    server.stderr.resume();
    return { server, url: `http://${address}` };
  }
  throw new Error("docker-registry ended before it listened");
}
