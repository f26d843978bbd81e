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
/** Lines of every length in bursts, two outputs, Chinese, one beyond a piece, and after a pause last words without an end. */
const BURSTS = `
  let n = 0;
  const burst = () => {
    for (let i = 0; i < 20; i++, n++) {
      (n % 7 === 3 ? console.error : console.log)("line " + n + " " + "行x".repeat((n * 37) % 400));
    }
    if (n === 200) console.log("long " + "x".repeat(600_000));
    if (n < 400) return setTimeout(burst, 60);
    setTimeout(() => process.stdout.write("last words", () => process.exit(1)), 2_000);
  };
  burst();`;

/**
 * What kubectl prints of a container's first two runs, each as soon as it has ended and however far a reader is: a kubelet
 * keeps one dead container, so the first run's log may go when the second one ends.
 */
async function bothRuns(pod: string) {
  const isAt = (restarts: number, isRunning: boolean) => async () => {
    const run = await world.runOf(pod);
    return run.restarts === restarts && run.isRunning === isRunning;
  };
  await waitFor("the second run", isAt(1, true));
  const first = await world.printed(pod, true);
  await waitFor("its end", isAt(1, false));
  return [...first, ...(await world.printed(pod, false))];
}

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
    const wanted = bothRuns("bursting");
    const source = world.sourceOf("bursting", world.cut);
    let reader = follow(source);
    const heard: Heard[] = [];
    let cuts = 0;
    // What the other output still held may follow in the same line.
    const lastWords = () => [...heard, ...reader.lines].filter(({ text }) => text.startsWith("last words")).length;
    while (lastWords() < 2) {
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
    const told = ({ at, text }: { at: string; text: string }) => `${at} ${text.length} ${text.slice(0, 20)}`;
    expect(heard.map(told)).toEqual((await wanted).map(told));
    expect(reader.others.filter(({ type }) => type === "gap")).toEqual([]);
  });
});
