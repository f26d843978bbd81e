import { expect, it } from "vitest";
import { EXPIRED, expectReleased, refusal } from "./cluster-answers.ts";
import { type FaultyWorld } from "./faulty-world.ts";

/** What releases do when the cluster is in trouble. */
export function kubernetesFaults(world: () => FaultyWorld): void {
  const expectDone = (releaseId: string, replicas: number) => expectReleased(world(), releaseId, replicas);
  const deployment = () => new RegExp(`/deployments/${world().service.name}(\\?|$)`);

  it("waits while the cluster answers 500 to everything, says so since when, and releases once it is back", async () => {
    const { kubernetes, ask, until, read, service } = world();
    const askedAt = Date.now();
    const trouble = kubernetes.trouble({ path: /./, fault: refusal(500, "InternalError", "etcd has no leader") });
    const id = await ask.release(service, { replicas: 2 }, "scale");
    const step = await until.troubled(() => read.release(id));
    expect(step.error).toMatchObject({ system: "kubernetes", code: "unavailable" });
    const down = await until.system("cluster:", "down");
    expect(Date.parse(down.since ?? "")).toBeGreaterThanOrEqual(askedAt);
    trouble.lift();
    await expectDone(id, 2);
    expect((await until.system("cluster:", "up")).reason).toBeNull();
  });

  it("applies again when the answer to an apply was lost, and when it broke off", async () => {
    const { kubernetes, ask, service } = world();
    const lost = kubernetes.trouble({ method: "PATCH", path: deployment(), fault: "lose-answer", times: 1 });
    const cut = kubernetes.trouble({ method: "GET", path: deployment(), fault: "cut", times: 4 });
    await expectDone(await ask.release(service, { replicas: 1 }, "scale"), 1);
    expect([lost.hits(), cut.hits()]).toEqual([1, 4]);
  });

  it("looks again when somebody changed the object at the same moment, and when what it knew is too old", async () => {
    const { kubernetes, ask, service } = world();
    const said =
      "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version";
    const raced = kubernetes.trouble({
      method: "PATCH",
      path: deployment(),
      fault: refusal(409, "Conflict", said),
      times: 2,
    });
    const expired = kubernetes.trouble({ method: "GET", path: deployment(), fault: EXPIRED, times: 2 });
    await expectDone(await ask.release(service, { replicas: 2 }, "scale"), 2);
    expect(raced.hits()).toBe(2);
    expect(expired.hits()).toBe(2);
  });

  it("fails with what to do when others manage a field, also where the object does not say who", async () => {
    const { kubernetes, ask, until, service } = world();
    const cause = {
      reason: "FieldManagerConflict",
      message: 'conflict with "kubectl-edit" using apps/v1',
      field: ".spec.replicas",
    };
    const refused = refusal(409, "Conflict", "Apply failed with 1 conflict", [cause]);
    kubernetes.trouble({ method: "PATCH", path: deployment(), fault: refused });
    const release = await until.released(await ask.release(service, { replicas: 1 }, "scale"));
    world().lift();
    expect(release.state).toBe("failed");
    expect(release.error).toMatchObject({
      message: "Others manage fields of this object: .spec.replicas.",
      next: "Let go of these fields there, or take them over.",
    });
  });

  it("comes back when the API server asks for it with 429", async () => {
    const { kubernetes, ask, service } = world();
    const limit = { ...refusal(429, "TooManyRequests", "too many requests"), headers: { "retry-after": "1" } };
    const limited = kubernetes.trouble({ method: "PATCH", path: deployment(), fault: limit, times: 2 });
    await expectDone(await ask.release(service, { replicas: 1 }, "scale"), 1);
    expect(limited.hits()).toBe(2);
  });

  it("waits while a cluster hangs in the middle of a rollout", async () => {
    const { kubernetes, ask, until, read, service } = world();
    // Only a rollout asks for the pods of one service.
    const pods = /\/pods\?(?!.*watch=1)(?!.*managed-by)/;
    const silent = kubernetes.trouble({ method: "GET", path: pods, fault: "hang" });
    const id = await ask.release(service, { replicas: 2 }, "scale");
    const step = await until.troubled(() => read.release(id));
    expect(step).toMatchObject({ name: "rollout", error: { message: "Kubernetes has not answered within 10 s." } });
    silent.lift();
    await expectDone(id, 2);
  });

  it("fails with a sentence for an admin when the cluster does not allow what is needed", async () => {
    const { kubernetes, ask, until, service } = world();
    const said = `deployments.apps "${service.name}" is forbidden: User "kepler" cannot patch resource "deployments"`;
    kubernetes.trouble({ method: "PATCH", path: deployment(), fault: refusal(403, "Forbidden", said) });
    const release = await until.released(await ask.release(service, { replicas: 1 }, "scale"));
    expect(release.state).toBe("failed");
    expect(release.error).toMatchObject({
      code: "denied",
      next: "An admin must give Kepler's account this right in the cluster.",
    });
  });
}
