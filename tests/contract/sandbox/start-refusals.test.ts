import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyFolder, removeFolder } from "./gitlab-world.ts";
import { spawnSandbox, withSandbox } from "./sandbox-process.ts";

let home: string;
beforeEach(async () => {
  home = await emptyFolder();
});
afterEach(() => removeFolder(home));

async function refusal(variables: Record<string, string>): Promise<string> {
  const child = spawnSandbox(home, variables);
  const said = text(child.stderr);
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(1);
  return said;
}

describe("the sandbox", () => {
  it("does not start in production, unless somebody insists", async () => {
    expect(await refusal({ NODE_ENV: "production" })).toContain("KEPLER_SANDBOX_FORCE=1");
    const forced = { NODE_ENV: "production", KEPLER_SANDBOX_FORCE: "1", KEPLER_SANDBOX: "registry" };
    await withSandbox(home, forced, async ({ registry }) =>
      expect(registry?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/),
    );
  });

  it("does not listen beyond loopback without a token, nor with a short one", async () => {
    expect(await refusal({ KEPLER_SANDBOX_HOST: "0.0.0.0" })).toContain("KEPLER_SANDBOX_TOKEN");
    const short = { KEPLER_SANDBOX_HOST: "0.0.0.0", KEPLER_SANDBOX_TOKEN: "guess-me" };
    expect(await refusal(short)).toContain("20 characters");
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal)?.address;

  it.skipIf(outside === undefined)("with a token wants it of another machine's requests, on every system", async () => {
    const token = "a-token-of-more-than-twenty-letters";
    await withSandbox(home, { KEPLER_SANDBOX_HOST: "0.0.0.0", KEPLER_SANDBOX_TOKEN: token }, async (found) => {
      const urls = Object.entries(found).map(
        ([name, { url }]) => [name, url.replace("127.0.0.1", outside ?? "")] as const,
      );
      expect(urls.map(([name]) => name).sort()).toEqual([
        "control",
        "edge",
        "gitlab",
        "jenkins",
        "kubernetes",
        "registry",
      ]);
      for (const [name, url] of urls) {
        expect((await fetch(url)).status, name).toBe(401);
        const wrong = await fetch(url, { headers: { authorization: "Bearer wrong-but-long-enough-to-be-one" } });
        expect(wrong.status, name).toBe(401);
      }
      const authorization = { headers: { authorization: `Bearer ${token}` } };
      const [control, gitlab] = ["control", "gitlab"].map((name) => urls.find(([known]) => known === name)?.[1] ?? "");
      expect((await fetch(`${control}/faults`, authorization)).status).toBe(200);
      expect((await fetch(`${gitlab}/api/v4/user`, authorization)).status).toBe(200);
    });
  });
});
