import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePositions } from "#lib/logs/resume-rules";
import { waitFor } from "#tests/world/wait-for";
import { follow, type Heard, LogWorld } from "./log-world.ts";

/**
 * The sandbox alone: a real kubelet rotates at 10 MiB, and one who follows may lose lines there that are written while it
 * does (kubelets go on with the new file as soon as that is there), which nobody can tell.
 */
let world: LogWorld;
beforeAll(async () => {
  const sandboxEnv = { KEPLER_SANDBOX_LOG_MAX_BYTES: "5000", KEPLER_SANDBOX_BACKOFF_SCALE: "0.03" };
  world = await LogWorld.start({ sandboxEnv });
});
afterAll(() => world?.stop());

const TALKING = `let n = 0; setInterval(() => console.log("line " + n++ + " " + "x".repeat(200)), 10)`;
const CUTS = 6;

const numberOf = ({ text }: { text: string }): number => Number(text.split(" ")[1]);
const newestFile = async () => (await world.printed("talker", false).catch(() => []))[0];

test.skipIf(process.env.TEST_KUBECONFIG)(
  "a log that is rotated: who follows has every line, who is cut off every line once, and is told where some went with an older file",
  async () => {
    await world.startPod("talker", "talker", TALKING);
    const uncut = follow(world.sourceOf("talker"));
    const source = world.sourceOf("talker", world.cut);
    let reader = follow(source);
    const heard: Heard[] = [];
    const gaps: { after: string; before: string }[] = [];
    const put = async () => {
      await reader.stop();
      heard.push(...reader.lines);
      for (const event of reader.others) if (event.type === "gap") gaps.push(event);
    };

    let newest: Awaited<ReturnType<typeof newestFile>>;
    for (let cuts = 0; cuts < CUTS; cuts += 1) {
      const read = reader.lines.length;
      await waitFor("a further file, and lines of it", async () => {
        const begin = await newestFile();
        if (!begin || begin.at === newest?.at || reader.lines.length === read) return false;
        newest = begin;
        return true;
      });
      await waitFor("a cut", () => world.proxy.endStreams(/\/log\?/, cuts % 2 === 0 ? "break" : "end") > 0);
    }
    await put();
    const last = heard.at(-1) ?? { at: "", text: "", id: "" };
    await waitFor("lines that nobody has read to be rotated away", async () => {
      const begin = await newestFile();
      return begin !== undefined && numberOf(begin) > numberOf(last) + 1;
    });
    reader = follow(source, { positions: decodePositions(last.id ?? "") });
    await waitFor("lines after them", () => reader.lines.length > 10);
    await put();
    await uncut.stop();

    // Each file holds some twenty lines.
    expect(uncut.lines.length).toBeGreaterThan(CUTS * 15);
    const [first = { text: "" }] = uncut.lines;
    expect(uncut.lines.map(numberOf)).toEqual(uncut.lines.map((_, at) => numberOf(first) + at));
    expect(uncut.others.filter(({ type }) => type === "gap")).toEqual([]);
    const numbers = heard.map(numberOf);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const leaps = heard.flatMap((line, at) => {
      const before = heard[at - 1];
      return before && numberOf(line) > numberOf(before) + 1 ? [{ after: before.at, before: line.at }] : [];
    });
    expect(leaps).toContainEqual(expect.objectContaining({ after: last.at }));
    for (const leap of leaps) expect(gaps).toContainEqual(expect.objectContaining(leap));

    const [begin, ...kept] = await world.printed("talker", false);
    const isIn = ({ at }: { at: string }) => at > (begin?.at ?? "") && at <= (heard.at(-1)?.at ?? "");
    expect(heard.filter(isIn).map(({ at, text }) => `${at} ${text}`)).toEqual(
      kept.filter(isIn).map(({ at, text }) => `${at} ${text}`),
    );
  },
);
