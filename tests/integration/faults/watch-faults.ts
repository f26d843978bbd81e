import { expect, it } from "vitest";
import { waitFor } from "#tests/world/wait-for";
import { EXPIRED, expectReleased, expectSeen, WATCH } from "./cluster-answers.ts";
import { type FaultyWorld } from "./faulty-world.ts";

/** What becomes of the picture that Kepler has of a cluster when lists and watches of it fail. */
export function watchFaults(world: () => FaultyWorld): void {
  it("relists when a list is answered with 410 or breaks off", async () => {
    const { kubernetes, ask, service } = world();
    const lists = /\/pods\?(?!.*watch=1).*managed-by/;
    const expired = kubernetes.trouble({ path: lists, fault: EXPIRED, times: 1 });
    const cut = kubernetes.trouble({ path: lists, fault: "cut", times: 3 });
    kubernetes.endStreams(WATCH, "break");
    await expectReleased(world(), await ask.release(service, { replicas: 1 }, "scale"), 1);
    await waitFor("both troubles to be over", () => expired.hits() === 1 && cut.hits() === 3);
    await expectSeen(world());
  });

  it("still sees every pod when watches are closed, break off and are answered with 410 in both forms", async () => {
    const { kubernetes, ask, service } = world();
    const inside = { status: 200, body: `{"type":"ERROR","object":${EXPIRED.body}}\n` };
    const outside = kubernetes.trouble({ path: WATCH, fault: EXPIRED, times: 6 });
    const within = kubernetes.trouble({ path: WATCH, fault: inside, times: 6 });
    expect(kubernetes.endStreams(WATCH, "end")).toBeGreaterThan(0);
    await expectReleased(world(), await ask.release(service, {}, "restart"), 1);
    await waitFor("both forms of 410", () => outside.hits() + within.hits() === 12);
    await expectSeen(world());

    await waitFor("new watches", () => kubernetes.endStreams(WATCH, "break") > 0);
    await expectReleased(world(), await ask.release(service, { replicas: 2 }, "scale"), 2);
    await expectSeen(world());
  });
}
