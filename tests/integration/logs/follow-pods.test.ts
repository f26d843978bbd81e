import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePositions } from "#lib/logs/resume-rules";
import { waitFor } from "#tests/world/wait-for";
import { follow, type Heard, LogWorld } from "./log-world.ts";

let world: LogWorld;
beforeAll(async () => {
  world = await LogWorld.start();
});
afterAll(() => world?.stop());

const COUNTING = `let n = 0; setInterval(() => console.log("line " + n++), 50)`;
/** Lines of every length in bursts, two outputs, Chinese, one beyond a piece, and last words without an end. */
const BURSTS = `
  let n = 0;
  const burst = () => {
    for (let i = 0; i < 20; i++, n++) {
      (n % 7 === 3 ? console.error : console.log)("line " + n + " " + "行x".repeat((n * 37) % 400));
    }
    if (n === 200) console.log("long " + "x".repeat(600_000));
    if (n < 400) return setTimeout(burst, 60);
    process.stdout.write("last words", () => process.exit(1));
  };
  burst();`;

describe.concurrent("following logs", () => {
  test("lines of all pods arrive live, a new pod joins, and a reconnect goes on without a gap or a repeat", async () => {
    await world.startPod("one", "counting", COUNTING);
    const source = world.sourceOf("counting");
    const first = follow(source);
    await waitFor("ten lines", () => first.lines.length >= 10);
    await world.startPod("two", "counting", COUNTING);
    await waitFor("a second pod", () => {
      source.changed();
      return first.lines.some(({ pod }) => pod === "two");
    });
    await first.stop();

    const again = follow(source, { positions: decodePositions(first.lines.at(-1)?.id ?? "") });
    await waitFor(
      "more of both",
      () => again.lines.length >= 10 && new Set(again.lines.map(({ pod }) => pod)).size === 2,
    );
    await again.stop();
    for (const pod of ["one", "two"]) {
      const texts = [...first.lines, ...again.lines].filter((line) => line.pod === pod).map(({ text }) => text);
      expect(texts).toEqual(Array.from(texts, (_, i) => `line ${i}`));
    }
  });

  test("cut again and again, in the middle of lines and while the container starts again, gives what kubectl prints", async () => {
    await world.startPod("bursting", "bursting", BURSTS);
    const source = world.sourceOf("bursting", world.cut);
    let reader = follow(source);
    const heard: Heard[] = [];
    let cuts = 0;
    let first: Awaited<ReturnType<LogWorld["printed"]>> | null = null;
    // What the other output still held may follow in the same line.
    const lastWords = () => [...heard, ...reader.lines].filter(({ text }) => text.startsWith("last words")).length;
    while (lastWords() < 2) {
      // A kubelet keeps one dead container: the first run's log may go as soon as the second one has ended.
      if (lastWords() === 1) first ??= await world.printed("bursting", true).catch(() => null);
      const before = reader.lines.length;
      await waitFor("a cut in the stream", () => {
        if (lastWords() >= 2) return true;
        return reader.lines.length > before && world.proxy.endStreams(/\/log\?/, cuts % 2 === 0 ? "break" : "end") > 0;
      });
      cuts += 1;
      // Now and then it is the browser whose connection is lost.
      if (cuts % 3 !== 0 || lastWords() >= 2) continue;
      await reader.stop();
      heard.push(...reader.lines);
      reader = follow(source, { positions: decodePositions(heard.at(-1)?.id ?? "") });
    }
    await reader.stop();
    heard.push(...reader.lines);
    expect(cuts).toBeGreaterThan(5);
    const wanted = [...(first ?? (await world.printed("bursting", true))), ...(await world.printed("bursting", false))];
    const told = ({ at, text }: { at: string; text: string }) => `${at} ${text.length} ${text.slice(0, 20)}`;
    expect(heard.map(told)).toEqual(wanted.map(told));
    expect(reader.others.filter(({ type }) => type === "gap")).toEqual([]);
  });
});
