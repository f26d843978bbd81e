import { copyFile, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { configMaps } from "#sandbox/kubernetes/kinds/index";
import { Store } from "#sandbox/kubernetes/store/store";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kepler-store-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const JOURNAL = "objects.jsonl";
/** Of sixteen of them a line has a megabyte and more, so that a history is soon long enough to be folded. */
const LARGE = "x".repeat(64 * 1024);

const put = (store: Store, number: number, round: number) =>
  store.put(configMaps, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `map-${number}`,
      namespace: "default",
      uid: String(number),
      creationTimestamp: "2026-01-01T00:00:00Z",
      resourceVersion: "",
    },
    data: { round: String(round), large: LARGE },
  });
const contentOf = (store: Store) =>
  store.list(configMaps).map(({ metadata, data }) => [metadata.name, metadata.resourceVersion, data?.round]);

it("folds its history while it is written to, and whoever dies at any moment of it has lost nothing", async () => {
  const home = join(root, "home");
  const store = new Store(home);
  const deaths: { home: string; content: unknown; revision: number }[] = [];
  const isFolding = async () => (await readdir(home)).length > 1;
  const until = async (holds: () => Promise<boolean>, then: () => Promise<void>) => {
    while (!(await holds())) await then();
  };
  let written = 0;
  const writeOn = async () => {
    put(store, written % 40, written);
    const gone = store.get(configMaps, "default", `map-${(written * 7) % 40}`);
    if (written % 5 === 0 && gone) store.remove(configMaps, gone);
    written += 1;
    await nextTurn();
  };
  const dieHere = async () => {
    await writeOn();
    // What a killed process leaves is what the file holds now.
    const copy = join(root, String(deaths.length));
    const seen = { home: copy, content: contentOf(store), revision: store.revision };
    await mkdir(copy);
    await copyFile(join(home, JOURNAL), join(copy, JOURNAL));
    deaths.push(seen);
  };

  await until(isFolding, writeOn);
  const longest = (await stat(join(home, JOURNAL))).size;
  await until(async () => !(await isFolding()), dieHere);
  for (let more = 0; more < 3; more += 1) await dieHere();
  store.close();

  expect((await stat(join(home, JOURNAL))).size).toBeLessThan(longest / 2);
  expect(deaths.length).toBeGreaterThan(3);
  for (const death of deaths) {
    const reborn = new Store(death.home);
    expect([contentOf(reborn), reborn.revision]).toEqual([death.content, death.revision]);
    reborn.close();
  }
});

it("gives a fold up when it is closed", async () => {
  const store = new Store(root);
  for (let number = 0; (await readdir(root)).length < 2; number += 1) put(store, number, 0);
  const before = [contentOf(store), store.revision];
  store.close();
  const reborn = new Store(root);
  expect([contentOf(reborn), reborn.revision]).toEqual(before);
  reborn.close();
});
