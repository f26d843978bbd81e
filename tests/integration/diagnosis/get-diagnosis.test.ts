import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { recordSystem } from "#lib/clusters/record-system";
import { seeWorkload } from "#lib/clusters/workload-rules";
import { getDiagnosis } from "#lib/diagnosis/get-diagnosis";
import { firstFindings } from "#lib/diagnosis/last-seen";
import { ReleaseWorld, serving } from "#tests/integration/releases/release-world";
import { waitFor } from "#tests/world/wait-for";

/** Kept as an ordinary variable, and told by its name alone. */
const PASSWORD = "correct-horse-battery";
const SEEN_AT = new Date("2026-01-01T12:00:00Z");

/** One service that runs well; then one system after another says something else, or nothing. */
describe("what is wrong with a service", () => {
  let world: ReleaseWorld;
  let app: { id: string; name: string; userId: string };
  let clusterId: string;

  beforeAll(async () => {
    world = await ReleaseWorld.start();
    app = await world.createApp();
    const { id: buildId } = await world.createBuild(app, serving("v1"));
    const release = await world.drive(await world.request(app, { buildId }));
    expect(release.state).toBe("done");
    ({ id: clusterId } = await world.database.db.cluster.findFirstOrThrow({ select: { id: true } }));
    await recordSystem(world.database.db, `cluster:${clusterId}`, "ok", SEEN_AT);
  });
  afterAll(() => world?.stop());

  const diagnosis = () => {
    const { db, now, clients } = world.deps;
    const deps = { db, now, kubernetes: () => world.kubernetes, registry: clients.registry, prometheus: null };
    return getDiagnosis(app.id, "dev", { signal: AbortSignal.timeout(60_000) }, deps);
  };
  const during = async <T>(fault: Record<string, unknown>, look: () => Promise<T>): Promise<T> => {
    const lift = await world.world.putOutOfOrder(fault);
    try {
      return await look();
    } finally {
      await lift();
    }
  };

  it("is nothing where every system says that it is well, as of now", async () => {
    const { findings, gaps, seenAt, checkedAt } = await diagnosis();
    expect({ findings, gaps }).toEqual({ findings: [], gaps: [] });
    expect(seenAt).toBe(checkedAt);
  });

  it("is that the registry lacks what Jenkins built, with what each of them said", async () => {
    const gone = { system: "registry", kind: "answer", path: "/manifests/", status: 404 };
    const { findings } = await during(gone, diagnosis);
    expect(findings.map(({ error }) => error.message)).toEqual([
      "Jenkins says that build b1 succeeded, and the registry does not have its image any more.",
    ]);
    expect(findings[0]?.evidence.map(({ system }) => system)).toEqual(["registry", "jenkins"]);
    expect(findings[0]?.actions).toEqual([{ kind: "build" }]);
  });

  it("offers to go back once a release was completed before the one that stands there, also if that one failed", async () => {
    const { db } = world.database;
    const gone = { system: "registry", kind: "answer", path: "/manifests/", status: 404 };
    const second = await world.drive(await world.request(app, { kind: "restart" }));
    expect(second).toMatchObject({ number: 2, state: "done" });
    for (const state of ["done", "failed"] as const) {
      await db.release.update({ where: { id: second.id }, data: { state } });
      const { before, findings } = await during(gone, diagnosis);
      expect(before).toBe(1);
      expect(findings[0]?.actions).toEqual([{ kind: "build" }, { kind: "rollback" }]);
    }
    await db.release.update({ where: { id: second.id }, data: { state: "done" } });
  });

  it("is not known as far as the cluster forbids to look, and says so", async () => {
    const status = { kind: "Status", apiVersion: "v1", code: 403, reason: "Forbidden", message: "nodes is forbidden" };
    const forbidden = { path: "/api/v1/nodes/", status: 403, body: JSON.stringify(status) };
    const headers = { "content-type": "application/json" };
    const { findings, gaps } = await during({ system: "kubernetes", kind: "answer", ...forbidden, headers }, diagnosis);
    expect(findings).toEqual([]);
    expect(gaps).toEqual([{ what: "nodes", error: expect.objectContaining({ code: "denied" }) }]);
  });

  it("is an image that somebody set by hand, which no build brings back, where what was released is there", async () => {
    const place = { ...KINDS.deployment, namespace: "kepler-dev", name: app.name };
    const ofRelease = seeWorkload(await world.kubernetes.get(place))?.image ?? "";
    const image = `${ofRelease.split("@")[0]}:never-built`;
    const set = (to: string) =>
      world.kubernetes.apply(
        {
          ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: app.name, namespace: "kepler-dev" } },
          spec: { template: { spec: { containers: [{ name: app.name, image: to }] } } },
        },
        { manager: "somebody", force: true },
      );
    await set(image);
    const [finding] = await waitFor("the image not to be found", async () => {
      const { findings } = await diagnosis();
      return findings.some(({ rule, error }) => rule === "image" && error.code === "not-found") && findings;
    });
    expect(finding?.error).toMatchObject({
      message: expect.stringContaining("it is not in the registry, and not the image of its release"),
      next: "Somebody set it by hand: undo that change, or release again.",
    });
    expect(finding?.actions).toEqual([{ kind: "restart" }]);
    await set(ofRelease);
  });

  it("is told by the pods as they were last seen while the cluster is silent, with their age; lists tell the same", async () => {
    const { db } = world.database;
    const { items } = await world.kubernetes.list(KINDS.pod, "kepler-dev", {
      labelSelector: `kepler.dev/app=${app.id}`,
    });
    const env = [{ name: "REGISTRY_PASSWORD", value: PASSWORD }];
    await db.appSpecDraft.updateMany({ where: { appId: app.id }, data: { spec: { env } } });
    const waiting = { reason: "ImagePullBackOff", message: `manifest unknown to robot:${PASSWORD}` };
    const containerStatuses = [{ name: app.name, state: { waiting } }];
    const rows = items.flatMap((pod) => seeRow.pods({ ...pod, status: { phase: "Pending", containerStatuses } }) ?? []);
    const heard = new Map(rows.map(({ key, row }) => [key, row]));
    await recordObserved(db, "pods", clusterId, heard, { now: SEEN_AT });

    const { findings, gaps, seenAt } = await during({ system: "kubernetes", kind: "drop" }, diagnosis);
    expect(findings.map(({ rule }) => rule)).toEqual(["image"]);
    expect(findings[0]?.evidence[0]?.text).toBe("manifest unknown to robot:••••••");
    expect(gaps).toContainEqual({ what: "pods", error: expect.objectContaining({ code: "unavailable" }) });
    const standing = await db.systemStatus.findUniqueOrThrow({ where: { key: `cluster:${clusterId}` } });
    expect(seenAt).toBe(standing.lastOkAt?.toISOString());

    const place = { appId: app.id, environmentId: world.environmentId };
    const told = await firstFindings(db, [place], SEEN_AT);
    expect(told.get(`${place.appId}/${place.environmentId}`)).toEqual(findings[0]?.error);
  });
});
