import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

const PODS = "/api/v1/namespaces/default/pods";
const MAX_FILES = 4;

let ground: Ground;
let image: string;
beforeAll(async () => {
  // A look round each second: two files of one second would have one name.
  ground = await startGround({ containerLogs: { maxBytes: 20_000, maxFiles: MAX_FILES }, backoffScale: 0.105 });
  image = await ground.pushImage("tools", { "app/README": "tools\n" }, { WorkingDir: "/app" });
});
afterAll(() => ground.stop());

const start = (name: string, script: string) =>
  ground.call("POST", PODS, {
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      restartPolicy: "Never",
      containers: [{ name: "app", image, command: ["node", "-e", script] }],
    },
  });
const linesOf = (text: string): string[] => text.split("\n").slice(0, -1);
const numbered = (lines: string[]): number[] => lines.map((line) => Number(line.split(" ")[1]));

/** Lines of a kilobyte, as many each second as two files hold. */
const TALKING = `
  let n = 0;
  const timer = setInterval(() => {
    console.log("line " + n++ + " " + "x".repeat(1000));
    if (n === 200) clearInterval(timer);
  }, 25);`;

describe("a container's log that grows beyond its size", () => {
  it("begins a new file: who follows gets every line, who comes later the newest file, and old files are packed and go", async () => {
    await start("talker", TALKING);
    const log = `${PODS}/talker/log`;
    await until(async () => (await ground.call("GET", log)).status === 200);
    const headers = { authorization: `Bearer ${ground.cluster.token}` };
    const following = await fetch(`${ground.cluster.url}${log}?follow=true`, { headers });
    expect(numbered(linesOf(await following.text()))).toEqual(Array.from({ length: 200 }, (_, n) => n));

    const { metadata }: Json = (await ground.call("GET", `${PODS}/talker`)).body;
    const folder = join(ground.home, "kubernetes", "node", "pods", metadata.uid, "containers", "app", "logs");
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(MAX_FILES);
    const packed = files.filter((name) => /^0\.log\.\d{8}-\d{6}\.gz$/.test(name));
    expect(packed).toHaveLength(MAX_FILES - 2);
    for (const name of packed)
      expect(gunzipSync(readFileSync(join(folder, name))).toString()).toMatch(/^\S+Z stdout F line \d+ x+\n/);

    const later = numbered(linesOf((await ground.call("GET", log)).body));
    expect(later.length).toBeLessThan(100);
    expect(later).toEqual(Array.from(later, (_, at) => 200 - later.length + at));
    expect(numbered(linesOf((await ground.call("GET", `${log}?tailLines=150`)).body))).toEqual(later);
  });
});
