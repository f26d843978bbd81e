import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { freePort } from "../start/settings.ts";

/** Compressed JavaScript (gzip, kB) that a page's HTML asks for before anything is clicked. */
export async function firstLoadKilobytes(pageUrl: string, cookie = ""): Promise<number> {
  const html = await (await fetch(pageUrl, { headers: { cookie } })).text();
  // Scripts marked noModule are for browsers that know no modules; nobody we serve loads them.
  const tags = [...html.matchAll(/<(?:script|link)\b[^>]*>/gi)]
    .map(([tag]) => tag)
    .filter((tag) => !/\bnomodule\b/i.test(tag));
  const paths = new Set(tags.flatMap((tag) => /(?:src|href)="(\/_next\/static\/[^"]+\.js)/.exec(tag)?.[1] ?? []));
  let bytes = 0;
  for (const path of paths) {
    const script = await fetch(new URL(path, pageUrl));
    bytes += gzipSync(Buffer.from(await script.arrayBuffer())).length;
  }
  return bytes / 1000;
}

/** The same figure of a Next application that has one page with one word: what the framework itself costs here. */
export async function bareNextKilobytes(): Promise<number> {
  // Below the checkout, so that it finds the same packages.
  await mkdir(".kepler", { recursive: true });
  const folder = await mkdtemp(resolve(".kepler/bare-next-"));
  const next = resolve("node_modules/next/dist/bin/next");
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" as const };
  try {
    await mkdir(join(folder, "app"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "bare", private: true, type: "module" }));
    await writeFile(
      join(folder, "next.config.mjs"),
      `export default { turbopack: { root: ${JSON.stringify(resolve("."))} } };`,
    );
    await writeFile(
      join(folder, "app/layout.jsx"),
      'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
    );
    await writeFile(join(folder, "app/page.jsx"), "export default () => <p>bare</p>;");
    await promisify(execFile)(process.execPath, [next, "build"], { cwd: folder, env });
    const port = await freePort();
    const server = spawn(process.execPath, [next, "start", "-p", String(port), "-H", "127.0.0.1"], {
      cwd: folder,
      env,
      stdio: "ignore",
    });
    try {
      const url = `http://127.0.0.1:${port}/`;
      while (!(await fetch(url).catch(() => null))) await new Promise((tick) => setTimeout(tick, 100));
      return await firstLoadKilobytes(url);
    } finally {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
