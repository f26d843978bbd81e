import { describe, expect, it } from "vitest";
import { judgePush, pushEvent } from "#lib/builds/push-rules";

const app = { gitlabProjectId: 5, defaultRef: "main", buildOnPush: true, retiringAt: null };
const sha = "c".repeat(40);
const push = (over: Record<string, unknown> = {}) =>
  pushEvent.parse({
    object_kind: "push",
    ref: "refs/heads/main",
    before: "b".repeat(40),
    after: sha,
    checkout_sha: sha,
    project: { id: 5, path_with_namespace: "samples/shop" },
    commits: [{ id: sha, message: "Greet warmly\n\nbody", author: { name: "Lin" } }],
    ...over,
  });

describe("a push", () => {
  it("to the service's branch asks for a build of the pushed commit", () => {
    const commit = { sha, title: "Greet warmly", authorName: "Lin" };
    expect(judgePush(app, push())).toEqual({ verdict: "accepted", ref: "main", commit });
  });

  it.each([
    ["to another branch", push({ ref: "refs/heads/feature/x" }), /main.*feature\/x/],
    ["of a tag", push({ object_kind: "tag_push", ref: "refs/tags/v1" }), /by hand.*v1/],
    ["that deletes the branch", push({ after: "0".repeat(40), checkout_sha: null }), /deleted/],
  ])("%s is ignored with the reason", (_what, event, reason) => {
    expect(judgePush(app, event)).toEqual({ verdict: "ignored", reason: expect.stringMatching(reason) });
  });

  it("is ignored when the service does not build on push", () => {
    expect(judgePush({ ...app, buildOnPush: false }, push()).verdict).toBe("ignored");
  });

  it("is ignored with the reason once the service is being retired", () => {
    const retiring = { ...app, retiringAt: new Date() };
    expect(judgePush(retiring, push())).toEqual({ verdict: "ignored", reason: expect.stringContaining("retired") });
  });

  it("of another project is rejected", () => {
    expect(judgePush(app, push({ project: { id: 6 } })).verdict).toBe("rejected");
  });

  it("with more commits than GitLab lists still knows its commit", () => {
    expect(judgePush(app, push({ commits: [] }))).toMatchObject({ verdict: "accepted", commit: { sha, title: "" } });
  });
});
