import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RETIRE_STEPS } from "#lib/retire/schema";
import { freshDatabase } from "#tests/world/postgres";
import { startRestartablePostgres } from "#tests/world/restartable-postgres";
import { startWorld } from "#tests/world/sandbox";
import { buildWebForTests, type RestartableWeb, startWeb } from "#tests/world/web";
import { webClient } from "./clients.ts";
import { waitAndCancel } from "./full-jenkins.ts";
import { inTurn } from "./in-turn.ts";
import { pointsInCode, sharesOf } from "./kill-points.ts";
import { askWhileWebDies, pushWhileWebIsDead } from "./lost-web.ts";
import { walkAndRetire } from "./retirement.ts";
import { type Ground, type Systems, walkToTheEnd, withHome } from "./walk.ts";

/**
 * A kill of the worker or of Postgres costs the lease of what ran (LEASE_SECONDS of lib/platform/queue.ts, and the time
 * until it is missed): idle time, so that many walks go side by side, each with a share of the points.
 */
const LANES = 4;
const WEB_LANES = 2;
const RETIRE_LANES = 3;
const WALK_WITHIN_MS = 900_000;
/** On no path without trouble: for these, Jenkins is full and builds are cancelled. */
const WHEN_JENKINS_IS_FULL = [
  "build.trigger.after-effect",
  "build.queue.after-commit",
  "build.stop.before-effect",
  "build.stop.after-effect",
  "build.stop.after-commit",
];

/** On no service's path by itself: their own tests end there (scale-lease, bulk, verbs and import.test.ts of releases). */
const KILLED_ELSEWHERE = [
  ...["lease.end", "bulk.item"].flatMap((name) => [`${name}.before-commit`, `${name}.after-commit`]),
  ...["pod-deletion", "release.give-back.remove", "release.give-back.let-go"].flatMap((name) => [
    `${name}.before-effect`,
    `${name}.after-effect`,
  ]),
];

type State = Awaited<ReturnType<typeof walkToTheEnd>>;

let world: Systems;
/** What an undisturbed walk comes to, the points that it passes, and what follows when Jenkins is full. */
let undisturbed: { state: State; points: string[]; whenFull: State };
/** The same of a walk that ends with the retirement of the service; the points are those of its retirement alone. */
let retired: { state: State; points: string[] };

beforeAll(async () => {
  await buildWebForTests();
  world = await startSystems();
  const [first, whenFull, last] = await Promise.all([
    onDatabase(world, async (ground) => ({ state: await walkToTheEnd(ground), points: ground.points.passed() })),
    withSystems((systems) => onDatabase(systems, (ground) => waitAndCancel(ground, []))),
    onDatabase(world, async (ground) => ({
      state: await walkAndRetire(ground, []),
      points: ground.points.passed().filter((name) => name.startsWith("retire.")),
    })),
  ]);
  retired = last;
  undisturbed = { ...first, whenFull };
}, 300_000);
afterAll(() => world.stop());

const startSystems = () => startWorld(["gitlab", "jenkins", "registry", "kubernetes"]);

/** Systems of its own, for what takes all of Jenkins. */
async function withSystems<T>(use: (systems: Systems) => Promise<T>): Promise<T> {
  const systems = await inTurn(startSystems);
  try {
    return await use(systems);
  } finally {
    await systems.stop();
  }
}

const onDatabase = <T>(systems: Systems, use: (ground: Ground) => Promise<T>): Promise<T> =>
  withHome(async (home, points) => {
    const database = await inTurn(() => freshDatabase());
    try {
      return await use({ world: systems, db: database.db, databaseUrl: database.url, home, points });
    } finally {
      await database.drop();
    }
  });

/** On a Postgres of its own, which is what is killed. */
const onPostgres = <T>(systems: Systems, use: (ground: Ground) => Promise<T>): Promise<T> =>
  withHome(async (home, points) => {
    const postgres = await inTurn(startRestartablePostgres);
    const { db, url, pidFile } = postgres;
    try {
      return await use({ world: systems, db, databaseUrl: url, home, points, pidFile });
    } finally {
      await postgres.stop();
    }
  });

/** With a web of its own, which takes every request, hook and callback, and is what is killed. */
const onWeb = <T>(use: (ground: Ground, web: RestartableWeb) => Promise<T>): Promise<T> =>
  onDatabase(world, async (ground) => {
    const web = await inTurn(() => startWeb(ground));
    const { url, pidFile } = web;
    const client = (userId: string) => webClient(url, { db: ground.db, userId });
    try {
      return await use({ ...ground, keplerUrl: url, pidFile, client }, web);
    } finally {
      await web.stop();
    }
  });

type Place = <T>(use: (ground: Ground) => Promise<T>) => Promise<T>;

/** A walk for each share of the points: every one of them is killed at once, and each walk ends as the undisturbed one. */
async function walkWithKills(place: Place, lanes: number): Promise<void> {
  const walks = sharesOf(undisturbed.points, lanes).map((share) =>
    place(async (ground) => {
      ground.points.arm(share);
      const state = await walkToTheEnd(ground);
      expect(ground.points.killed()).toEqual(share);
      expect(state).toEqual(undisturbed.state);
    }),
  );
  await allOf(walks);
}

async function killWhenJenkinsIsFull(place: Place): Promise<void> {
  await place(async (ground) => {
    const state = await waitAndCancel(ground, WHEN_JENKINS_IS_FULL);
    expect(ground.points.killed()).toEqual([...WHEN_JENKINS_IS_FULL].sort());
    expect(state).toEqual(undisturbed.whenFull);
  });
}

/** Waits for all of them, so that none is left running, before the first failure is told. */
async function allOf(walks: Promise<void>[]): Promise<void> {
  const failures = (await Promise.allSettled(walks)).filter((end) => end.status === "rejected");
  if (failures.length > 0)
    throw new AggregateError(
      failures.map(({ reason }) => reason),
      String(failures[0]?.reason),
    );
}

describe("an undisturbed walk", () => {
  it("makes one of each and leaves nothing half-done", () => {
    const { state } = undisturbed;
    expect(state).toMatchObject({
      provision: ["ready", "repository done", "webhook done", "job done"],
      builds: [["succeeded", "log true", "trigger done", "queue done", "run done", "verify done"]],
      releases: [
        ["deploy", "done", "check done", "apply done", "rollout done", "verify done"],
        ["configure", "done", "check done", "apply done", "rollout done", "verify done"],
      ],
      hooks: 1,
      runs: ["1 SUCCESS"],
      images: 1,
    });
    expect(state.ledger.filter((entry) => !entry.endsWith("present"))).toEqual([
      expect.stringMatching(/Ingress .* absent$/),
      expect.stringMatching(/ConfigMap .* absent$/),
    ]);
    expect(state.objects.filter((object) => object.startsWith("Pod "))).toEqual([
      "Pod of its owner",
      "Pod of its owner",
    ]);
  });

  it("leaves nothing of a retired service", () => {
    const { state } = retired;
    // The account is the namespace's own.
    const objects = ["ServiceAccount default"];
    expect(state).toMatchObject({ retired: true, hooks: 0, runs: [], images: 0, objects });
    expect(state.retirements).toEqual([["done", ...RETIRE_STEPS.map((name) => `${name} done`)]]);
    const there = state.ledger.filter((entry) => !entry.endsWith("absent"));
    expect(there).toEqual([expect.stringMatching(/^cluster v1\/Namespace .* present$/)]);
  });

  it("passes every point that the code names, but for those of a full Jenkins, and those that others pass", () => {
    const known = [...undisturbed.points, ...retired.points, ...WHEN_JENKINS_IS_FULL, ...KILLED_ELSEWHERE];
    const missed = pointsInCode().filter((pattern) => !known.some((point) => pattern.test(point)));
    expect(missed).toEqual([]);
    expect(undisturbed.points.length).toBeGreaterThan(30);
  });
});

describe.concurrent("a service on its way from repository to running ends as if nothing had happened", () => {
  const timeout = WALK_WITHIN_MS;

  // In the order of how long they take: those that come first also begin first.
  it("when the worker is killed at every point of its retirement", { timeout }, () =>
    allOf(
      sharesOf(retired.points, RETIRE_LANES).map((share) =>
        onDatabase(world, async (ground) => {
          const state = await walkAndRetire(ground, share);
          expect(ground.points.killed()).toEqual(share);
          expect(state).toEqual(retired.state);
        }),
      ),
    ),
  );

  // Waits for two rounds of the sweep.
  it("when web is dead from before a push until its build is over", { timeout }, () =>
    onWeb(async (ground, web) => {
      const { hooks, runs, builds } = await pushWhileWebIsDead(ground, web);
      const [built] = undisturbed.state.builds;
      expect({ hooks, runs, builds }).toEqual({ hooks: 1, runs: ["2 SUCCESS", "1 SUCCESS"], builds: [built, built] });
    }),
  );

  it("when web is killed at every point", { timeout }, () => walkWithKills(onWeb, WEB_LANES));

  it("when web dies in the middle of a request, and the person asks again", { timeout }, () =>
    onWeb(async (ground, web) => {
      const { mine, other } = await askWhileWebDies(ground, web);
      const { provision, builds, releases, hooks, runs, images } = undisturbed.state;
      const [first, second] = releases;
      const one = { provision, builds, hooks, runs, images };
      expect(mine).toMatchObject({ ...one, releases: [first, second, second] });
      expect(other).toMatchObject({ ...one, releases: [first] });
    }),
  );

  it("when the worker is killed at every point", { timeout }, () =>
    walkWithKills((use) => onDatabase(world, use), LANES),
  );

  it("when Postgres is killed at every point", { timeout }, () =>
    walkWithKills((use) => onPostgres(world, use), LANES),
  );

  it("when the worker is killed while Jenkins is full and builds are cancelled", { timeout }, () =>
    withSystems((systems) => killWhenJenkinsIsFull((use) => onDatabase(systems, use))),
  );

  it("when Postgres is killed while Jenkins is full and builds are cancelled", { timeout }, () =>
    withSystems((systems) => killWhenJenkinsIsFull((use) => onPostgres(systems, use))),
  );
});
