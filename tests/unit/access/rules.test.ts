import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allows, type Permission, PLATFORM_PERMISSIONS, TEAM_PERMISSIONS, TEAM_ROLES } from "#lib/access/rules";

const permissions = Object.keys({ ...TEAM_PERMISSIONS, ...PLATFORM_PERMISSIONS });
const permission = fc.constantFrom(...permissions) as fc.Arbitrary<Permission>;
const membership = fc.record({ teamId: fc.constantFrom("a", "b", "c"), role: fc.constantFrom(...TEAM_ROLES) });
const memberships = fc.array(membership, { maxLength: 4 });

describe("the permission table", () => {
  it("grants nothing in a team from a role in another", () => {
    fc.assert(
      fc.property(memberships, permission, (mine, wanted) => {
        const elsewhere = mine.filter((m) => m.teamId !== "a");
        const isTeams = Object.hasOwn(TEAM_PERMISSIONS, wanted);
        expect(allows({ isAdmin: false, memberships: elsewhere }, wanted, "a") && isTeams).toBe(false);
      }),
    );
  });

  it("never takes a right away because somebody got one more role", () => {
    fc.assert(
      fc.property(memberships, membership, permission, (before, added, wanted) => {
        const had = allows({ isAdmin: false, memberships: before }, wanted, "a");
        expect(!had || allows({ isAdmin: false, memberships: [...before, added] }, wanted, "a")).toBe(true);
      }),
    );
  });

  it("asks for no less in production than elsewhere", () => {
    for (const role of TEAM_ROLES) {
      const subject = { isAdmin: false, memberships: [{ teamId: "a", role }] };
      if (allows(subject, "release.create.prod", "a")) expect(allows(subject, "release.create", "a")).toBe(true);
    }
  });
});
