import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finding } from "#lib/diagnosis/schema";
import { type Fault } from "./fault.ts";
import { FaultWorld, type Ground } from "./fault-world.ts";
import { FAULTS } from "./faults.ts";

const WITHIN_MS = 100_000;
const LOOK_EVERY_MS = 300;

/** A fault that was made: what is yet to be applied, and what was said of it so far. */
type Made = {
  ground: Ground & { id: string };
  next: Fault["next"];
  told: PromiseWithResolvers<Finding>;
  last: Finding[];
};

/** All faults are made at once, each on an app of its own; then one look goes round until each has been told. */
describe("a fault made in a cluster is told in a sentence, with its grounds and the way on:", () => {
  let world: FaultWorld;
  let looking: Promise<void> = Promise.resolve();
  const made = new Map<Fault, Made>();
  const undo: (() => Promise<void>)[] = [];
  const over = new AbortController();

  beforeAll(async () => {
    world = await FaultWorld.start();
    undo.push(() => world.stop());
    for (const fault of FAULTS) if (canBeMade(fault)) made.set(fault, await make(fault));
    looking = look();
  });
  afterAll(async () => {
    over.abort();
    await looking;
    for (const step of undo.reverse()) await step();
  });

  const canBeMade = ({ outOfOrder, onlyInSandbox }: Fault) =>
    (!outOfOrder || world.world.world.isSandbox("registry")) &&
    (!onlyInSandbox || world.world.world.isSandbox("kubernetes"));

  async function make(fault: Fault): Promise<Made> {
    const ground = await world.newApp();
    if (fault.outOfOrder) undo.push(await world.world.world.putOutOfOrder(fault.outOfOrder(ground)));
    await world.apply(fault.objects(ground));
    for (const { object, status } of fault.statuses?.(ground) ?? []) await world.say(object, status);
    const told = Promise.withResolvers<Finding>();
    // Nobody may be waiting when it is rejected.
    told.promise.catch(() => undefined);
    return { ground, next: fault.next, told, last: [] };
  }

  async function look(): Promise<void> {
    const open = new Map(made);
    const deadline = Date.now() + WITHIN_MS;
    while (open.size > 0 && !over.signal.aborted && Date.now() < deadline) {
      await world.hearEvents();
      for (const [fault, one] of open) {
        if (one.next && (await world.hasReadyPod(one.ground))) {
          await world.apply(one.next(one.ground));
          one.next = undefined;
        }
        one.last = await world.findingsOf(one.ground);
        const said = one.last.find(({ rule, error }) => rule === fault.rule && fault.sentence.test(error.message));
        if (!said) continue;
        one.told.resolve(said);
        open.delete(fault);
      }
      await new Promise((tick) => setTimeout(tick, LOOK_EVERY_MS));
    }
    for (const [{ name }, { told, last }] of open) {
      const heard = last.map(({ rule, error }) => `${rule}: ${error.message}`).join("\n");
      told.reject(new Error(`nobody told of ${name}; said was:\n${heard || "nothing"}`));
    }
  }

  it.each(FAULTS)(
    "$name",
    async (fault) => {
      const one = made.get(fault);
      if (!one) return expect(canBeMade(fault)).toBe(false);
      const { error, evidence, actions, pods } = await one.told.promise;
      expect(error.next).toMatch(/\.$/);
      expect(evidence.map(({ object, text }) => `${object} ${text}`).join("\n")).toMatch(fault.evidence);
      expect(actions).toContainEqual(expect.objectContaining(fault.action));
      for (const pod of pods) expect(pod).toContain(one.ground.name);
    },
    WITHIN_MS + 20_000,
  );
});
