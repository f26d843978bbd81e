import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { APP_LABEL, MANAGED_BY } from "#lib/clusters/label-rules";
import { Unavailable } from "#lib/platform/errors";
import { previewRetirement } from "#lib/retire/preview-retirement";
import { type RetirementView } from "#lib/retire/schema";
import { askedBeyondRole } from "#tests/world/cluster-role";
import { leftBehind } from "./left-behind.ts";
import { NOTHING_KEPT, type ProxyName, type Running, SYSTEMS, startRetireWorld } from "./retire-world.ts";

let world: Awaited<ReturnType<typeof startRetireWorld>>;
beforeAll(async () => {
  world = await startRetireWorld();
});
afterAll(() => world.stop());

const namespace = "kepler-dev";

/** How often each thing of this service was asked to go, by the path that names it. */
function removals(app: Running): string[] {
  // A hook's address does not tell whose it is; but services go one after another here.
  const isOurs = (url: string) => url.includes(app.name) || url.includes("/hooks/");
  return SYSTEMS.flatMap((name) =>
    world.proxies[name].seen
      .filter(({ at }) => at >= app.since)
      .filter(({ method, url }) => (method === "DELETE" || url.endsWith("/doDelete")) && isOurs(url))
      .map(({ url }) => `${name} ${url}`),
  );
}
const stepsOf = (view: RetirementView) => view.steps.map(({ name, state }) => `${name} ${state}`);
const ALL_DONE = ["gate", "traffic", "workload", "config", "volumes", "webhook", "job", "images", "verify"].map(
  (name) => `${name} done`,
);
const MADE = [
  "apps/v1/Deployment",
  "job",
  "networking.k8s.io/v1/Ingress",
  "repository",
  "v1/Service",
  "v1/ServiceAccount",
  "webhook",
];

/** The proof speaks of every system and of every object that was ever made there. */
function expectProof(view: RetirementView): void {
  expect(view.systems.map(({ system }) => system.split(":")[0])).toEqual(["cluster", "gitlab", "jenkins", "registry"]);
  // The namespace is in the ledger of whichever service came first, and stays.
  const own = view.systems.flatMap(({ entries }) => entries.filter(({ left }) => left !== "shared"));
  expect(own.map(({ kind }) => kind).sort()).toEqual(MADE);
  for (const { kind, state, verifiedAt } of own) {
    expect(state, kind).toBe("absent");
    expect(Date.parse(verifiedAt ?? ""), kind).toBeGreaterThan(Date.parse(view.requestedAt));
  }
}

describe("a retirement", () => {
  it("removes everything everywhere, each thing once, and proves it", async () => {
    const app = await world.running();
    expect((await leftBehind(world, app)).length).toBeGreaterThan(8);
    const view = await world.driveTo(await world.confirm(app));
    expect(view).toMatchObject({ state: "done", error: null, findings: [] });
    expect(stepsOf(view)).toEqual(ALL_DONE);
    expect(await leftBehind(world, app)).toEqual([]);
    expectProof(view);
    const asked = removals(app);
    expect(new Set(asked).size).toBe(asked.length);
    // Ingress, Service, Deployment, ServiceAccount; hook; job; two images.
    expect(asked).toHaveLength(8);
    const row = await world.db.app.findUniqueOrThrow({ where: { id: app.id } });
    expect(row.retiredAt).toEqual(new Date(view.endedAt ?? 0));
  });

  it("comes to the same end when it is killed at every checkpoint on its way", async () => {
    const app = await world.running();
    const passed = new Set<string>();
    class PowerCut extends Error {}
    const checkpoint = (name: string) => {
      if (passed.has(name)) return Promise.resolve();
      passed.add(name);
      return Promise.reject(new PowerCut(name));
    };
    const id = await world.confirm(app);
    let view: RetirementView | undefined;
    while (!view) {
      view = await world.driveTo(id, undefined, { ...world.world, checkpoint }).catch((error: unknown) => {
        if (error instanceof PowerCut) return undefined;
        throw error;
      });
    }
    // Two around each commit of nine steps, two around each effect of the six steps that have one.
    expect(passed.size).toBe(9 * 2 + 6 * 2);
    expect(stepsOf(view)).toEqual(ALL_DONE);
    expect(await leftBehind(world, app)).toEqual([]);
    expectProof(view);
    const asked = removals(app);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("stops with the system's sentence where waiting cannot help, and goes on from there when asked again", async () => {
    const app = await world.running();
    const refused = world.proxies.registry.trouble({ method: "DELETE", path: /manifests/, fault: { status: 405 } });
    const id = await world.confirm(app);
    const failed = await world.driveTo(id);
    expect(failed).toMatchObject({ state: "failed", error: { code: "denied", system: "registry" } });
    expect(stepsOf(failed).slice(-2)).toEqual(["images failed", "verify skipped"]);
    expect(await world.db.app.findUniqueOrThrow({ where: { id: app.id } })).toMatchObject({ retiredAt: null });

    const before = removals(app).filter((path) => !path.startsWith("registry"));
    refused.lift();
    const again = await world.again(id, app, NOTHING_KEPT);
    const view = await world.driveTo(again);
    expect(stepsOf(view)).toEqual(ALL_DONE);
    expect(removals(app).filter((path) => !path.startsWith("registry"))).toEqual(before);
    expect(await leftBehind(world, app)).toEqual([]);
    // What is over stays over, and says what followed.
    expect(await world.driveTo(id)).toMatchObject({ state: "failed", continuedById: again });
    await expect(world.again(again, app, NOTHING_KEPT)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("a system in trouble", () => {
  it.each(["status", "lose-answer"] as const)(
    "finishes although each system fails its first removal (%s), and asks for nothing again that is done",
    async (how) => {
      const app = await world.running();
      const fault = how === "status" ? ({ status: 500, body: "{}" } as const) : how;
      const DELETES: Record<ProxyName, { method: string; path: RegExp }[]> = {
        kubernetes: ["ingresses", "services", "deployments", "serviceaccounts"].map((plural) => ({
          method: "DELETE",
          path: new RegExp(`/${plural}/${app.name}`),
        })),
        gitlab: [{ method: "DELETE", path: /\/hooks\/\d+$/ }],
        jenkins: [{ method: "POST", path: new RegExp(`kepler-${app.name}/doDelete`) }],
        registry: [{ method: "DELETE", path: new RegExp(`/${app.name}/manifests/`) }],
      };
      const troubles = SYSTEMS.flatMap((name) =>
        DELETES[name].map((rule) => world.proxies[name].trouble({ ...rule, fault, times: 1 })),
      );
      const failing = new Set<string>();
      const view = await world.driveTo(await world.confirm(app), ({ steps }) => {
        for (const { name, error } of steps) if (error) failing.add(name);
        return false;
      });
      for (const trouble of troubles) expect(trouble.hits()).toBe(1);
      expect([...failing]).toEqual(["traffic", "workload", "config", "webhook", "job", "images"]);
      expect(view).toMatchObject({ state: "done", error: null });
      expect(await leftBehind(world, app)).toEqual([]);
      expectProof(view);
      const asked = removals(app);
      // What was refused is asked for once more; what was done, though the answer was lost, never.
      expect(asked.length - new Set(asked).size).toBe(how === "status" ? troubles.length : 0);
    },
  );

  it.each(SYSTEMS)("waits for %s while it does not answer, says so, and goes on when it does", async (name) => {
    const app = await world.running();
    const outage = world.proxies[name].trouble({ path: /./, fault: { status: 503, body: "{}" } });
    const id = await world.confirm(app);
    const waiting = await world.driveTo(id, ({ steps }) => steps.some(({ attempts }) => attempts >= 2));
    const stuck = waiting.steps.find(({ error }) => error !== null);
    expect(waiting.state).toBe("running");
    expect(stuck).toMatchObject({ state: "running", error: { code: "unavailable", system: name } });
    expect(await world.db.app.findUniqueOrThrow({ where: { id: app.id } })).toMatchObject({ retiredAt: null });
    const systems = await world.db.systemStatus.findMany({ where: { state: "down" } });
    expect(systems.map(({ key }) => key.split(":")[0])).toEqual([name === "kubernetes" ? "cluster" : name]);
    outage.lift();
    const view = await world.driveTo(id);
    expect(stepsOf(view)).toEqual(ALL_DONE);
    expect(view.steps.every(({ error }) => error === null)).toBe(true);
    expect(await leftBehind(world, app)).toEqual([]);
  });
});

it("goes on in one cluster while another does not answer, and says which step that one holds up", async () => {
  const app = await world.running();
  const { db, ground, proxies } = world;
  const silent = await db.cluster.create({ data: { name: "silent", context: "silent", server: "" } });
  const entry = { kind: "networking.k8s.io/v1/Ingress", key: `elsewhere/${app.name}`, state: "planned" as const };
  await db.ledgerEntry.create({ data: { ...entry, appId: app.id, system: `cluster:${silent.id}` } });
  const answering = world.world.kubernetes({ id: "", context: "" });
  let isSilent = true;
  const kubernetes = ({ id }: { id: string }) => {
    if (id === silent.id && isSilent) throw new Unavailable("This cluster does not answer.", { system: "kubernetes" });
    return answering;
  };
  const given = { ...world.world, kubernetes };
  const id = await world.confirm(app);
  const isStuck = ({ steps }: RetirementView) => steps.some(({ attempts }) => attempts >= 2);
  const stuck = await world.driveTo(id, isStuck, given);
  expect(stuck.steps.find(({ error }) => error !== null)).toMatchObject({ name: "traffic", state: "running" });
  const ingress = { ...KINDS.ingress, namespace, name: app.name };
  expect(await ground.kubernetes.get(ingress)).toBeNull();
  expect(proxies.gitlab.seen.filter(({ at, method }) => at >= app.since && method === "DELETE")).toEqual([]);
  isSilent = false;
  expect(await world.driveTo(id, undefined, given)).toMatchObject({ state: "done" });
  expect(await leftBehind(world, app)).toEqual([]);
});

describe("what a retirement finds", () => {
  it("keeps volumes and images when asked to, says so, and removes them when asked to later", async () => {
    const app = await world.running();
    const labels = { [APP_LABEL]: app.id };
    await world.ground.kubernetes.apply({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: `data-${app.name}-0`, namespace, labels },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const claim = `PersistentVolumeClaim data-${app.name}-0`;
    const first = await world.confirm(app, { volumes: true, images: true });
    const view = await world.driveTo(first);
    expect(view.state).toBe("done");
    expect(stepsOf(view)).toEqual(
      ALL_DONE.map((step) => (/volumes|images/.test(step) ? step.replace("done", "skipped") : step)),
    );
    expect((await leftBehind(world, app)).sort()).toEqual([claim, "tag build-1", "tag build-2"]);
    const kept = view.systems.flatMap(({ entries }) =>
      entries.filter(({ left }) => left !== null && left !== "shared"),
    );
    expect(kept.map(({ kind, left }) => `${kind} ${left}`).sort()).toEqual([
      "repository images",
      "v1/PersistentVolumeClaim volumes",
    ]);

    const later = await world.driveTo(await world.again(first, app, NOTHING_KEPT));
    expect(later.state).toBe("done");
    expect(await leftBehind(world, app)).toEqual([]);
    const { retiredAt } = await world.db.app.findUniqueOrThrow({ where: { id: app.id } });
    expect(retiredAt).toEqual(new Date(view.endedAt ?? 0));
  });

  it("takes a stateful service's claims for its own, though its StatefulSet gives them no label of Kepler's", async () => {
    const app = await world.running({
      workload: { kind: "statefulset", podManagement: "ordered" },
      volumes: [{ type: "template", name: "data", mountPath: "/data", sizeBytes: 1024 ** 3, storageClass: null }],
    });
    const claim = `PersistentVolumeClaim data-${app.name}-0`;
    expect(await leftBehind(world, app)).toContain(claim);
    const kept = await world.confirm(app, { volumes: true, images: false });
    expect((await world.driveTo(kept)).state).toBe("done");
    expect(await leftBehind(world, app)).toEqual([claim]);
    expect((await world.driveTo(await world.again(kept, app, NOTHING_KEPT))).state).toBe("done");
    expect(await leftBehind(world, app)).toEqual([]);
  });

  it("removes an orphan that carries Kepler's labels, and only lists what does not", async () => {
    const app = await world.running();
    const apply = (kind: "ConfigMap" | "Secret", name: string, labels: Record<string, string>) =>
      world.ground.kubernetes.apply({ apiVersion: "v1", kind, metadata: { name, namespace, labels } });
    const theirs = `theirs-${app.name}`;
    await apply("ConfigMap", `lost-${app.name}`, { ...MANAGED_BY, [APP_LABEL]: app.id });
    await apply("Secret", theirs, { [APP_LABEL]: app.id });
    const plan = await previewRetirement(world.world, app.id, { signal: AbortSignal.timeout(20_000) });
    const planned = plan.items.filter(({ origin }) => origin === "orphan");
    expect(planned).toMatchObject([{ kind: "v1/ConfigMap", key: `${namespace}/lost-${app.name}`, seen: "present" }]);
    expect(plan.left).toMatchObject([{ kind: "v1/Secret", key: `${namespace}/${theirs}`, why: "unmanaged" }]);
    const view = await world.driveTo(await world.confirm(app));
    expect(view.state).toBe("done");
    const orphans = view.systems.flatMap(({ entries }) => entries.filter(({ origin }) => origin === "orphan"));
    expect(orphans).toMatchObject([{ kind: "v1/ConfigMap", key: `${namespace}/lost-${app.name}`, state: "absent" }]);
    expect(view.findings).toMatchObject([{ kind: "v1/Secret", key: `${namespace}/${theirs}`, why: "unmanaged" }]);
    expect(await leftBehind(world, app)).toEqual([`Secret ${theirs}`]);
    await world.ground.kubernetes.delete({ ...KINDS.secret, namespace, name: theirs });
  });

  it("leaves alone what only has a name of ours: an object, a job and a tag that somebody else made", async () => {
    const app = await world.running();
    const { kubernetes, world: outside } = world.ground;
    await kubernetes.delete({ ...KINDS.serviceAccount, namespace, name: app.name });
    await world.foreign.apply({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: app.name, namespace },
    });
    await world.direct.jenkins.deleteJob(`kepler-${app.name}`);
    await world.direct.jenkins.createJob(`kepler-${app.name}`, FOREIGN_JOB);
    await world.pushForeign(outside.registry, app.name);
    const view = await world.driveTo(await world.confirm(app));
    expect(view.state).toBe("done");
    expect(view.findings.map(({ kind, why }) => `${kind} ${why}`).sort()).toEqual([
      "job anothers",
      "tag anothers",
      "v1/ServiceAccount anothers",
    ]);
    expect(await leftBehind(world, app)).toEqual(["job", "tag somebody-elses"]);
    expect(await kubernetes.get({ ...KINDS.serviceAccount, namespace, name: app.name })).not.toBeNull();
    await kubernetes.delete({ ...KINDS.serviceAccount, namespace, name: app.name });
  });

  it("waits for what a finalizer holds, names it, and asks for its removal once", async () => {
    const app = await world.running();
    const ingress = { ...KINDS.ingress, namespace, name: app.name };
    await world.ground.kubernetes.mergePatch(ingress, { metadata: { finalizers: ["example.com/hold"] } });
    const id = await world.confirm(app);
    const waiting = await world.driveTo(id, ({ steps }) => steps[1]?.detail?.finalizers !== undefined);
    expect(waiting.steps[1]).toMatchObject({
      state: "running",
      detail: { waitingFor: `Ingress ${namespace}/${app.name}`, finalizers: "example.com/hold" },
    });
    await world.ground.kubernetes.mergePatch(ingress, { metadata: { finalizers: null } });
    expect((await world.driveTo(id)).state).toBe("done");
    expect(removals(app).filter((path) => path.includes("ingresses"))).toHaveLength(1);
  });
});

it("asks the cluster for nothing beyond the documented role", () => {
  expect(askedBeyondRole(world.proxies.kubernetes.seen)).toEqual([]);
});

const FOREIGN_JOB = `<?xml version="1.1" encoding="UTF-8"?>
<flow-definition plugin="workflow-job"><description>Nightly report</description>
<definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition"><script>pipeline { agent any; stages { stage('x') { steps { sh 'true' } } } }</script><sandbox>true</sandbox></definition>
</flow-definition>`;
