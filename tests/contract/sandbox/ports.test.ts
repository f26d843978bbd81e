import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { choosePorts } from "#sandbox/ports";
import { emptyFolder, removeFolder } from "./gitlab-world.ts";

/** Few enough that sandboxes which choose at the same moment would meet. */
const NARROW = { from: 19_000, to: 19_040 };

let home: string;
beforeEach(async () => {
  home = await emptyFolder();
});
afterEach(() => removeFolder(home));

it("gives sandboxes that choose at the same moment ports of their own, and each the same ones again", async () => {
  const logger = pino({ level: "silent" });
  const choose = (name: string) => choosePorts(0, join(home, name), logger, NARROW);
  const names = ["a", "b", "c"];
  const chosen = await Promise.all(names.map(choose));
  const ports = chosen.flatMap((each) => Object.values(each));
  expect(new Set(ports).size).toBe(30);
  expect(await Promise.all(names.map(choose))).toEqual(chosen);
});
