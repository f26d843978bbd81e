import { describe, expect, it } from "vitest";
import { afterTyping, conflictOf, mergedWith, standingOf } from "../../../components/settings/edit-rules.ts";
import { plainSpec } from "../releases/plain-spec.ts";

const { image: _, ...settings } = plainSpec();
const basis = { settings, release: 4 };
const form = { ...settings, replicas: 5, env: [{ name: "MINE", value: "1" }] };
const kept = { basis, form };

describe("an edit", () => {
  it("begins from what is wanted now and ends when it is back there", () => {
    const standing = standingOf(null, basis);
    expect(standing).toEqual({ basis, form: settings, theirs: null });
    expect(afterTyping(standing, form)).toEqual(kept);
    expect(afterTyping(standingOf(kept, basis), settings)).toBeNull();
  });

  it("moves along with releases that leave the settings as they are", () => {
    const restarted = { release: 6, settings: { ...settings, restartedAt: "2026-01-01T00:00:00.000Z" } };
    expect(standingOf(kept, restarted)).toEqual({
      basis: restarted,
      form: { ...form, restartedAt: restarted.settings.restartedAt },
      theirs: null,
    });
  });

  it("takes what has no words of its own from whoever changed it", () => {
    const paused = { release: 6, settings: { ...settings, strategy: { ...settings.strategy, paused: true } } };
    expect(standingOf(kept, paused)).toEqual({
      basis: paused,
      form: { ...form, strategy: paused.settings.strategy },
      theirs: null,
    });
  });

  const theirs = { release: 5, settings: { ...settings, replicas: 9, command: ["serve"] } };

  it("is stopped by one that does not, and keeps what it was typed on", () => {
    expect(standingOf(kept, theirs)).toEqual({ basis, form, theirs });
  });

  it("shows both sides in words, and asks only where they meet", () => {
    const conflict = conflictOf({ basis, form, theirs });
    expect(conflict.mine).toEqual([
      { field: "replicas", before: "2", after: "5" },
      { field: "env", before: null, after: "MINE=1" },
    ]);
    expect(conflict.theirs.map(({ field }) => field).sort()).toEqual(["command", "replicas"]);
    expect(conflict.clashes).toEqual([{ path: "replicas", changes: [{ field: "replicas", before: "9", after: "5" }] }]);
  });

  it("goes on top of theirs as chosen, and loses nothing of either", () => {
    expect(mergedWith({ basis, form, theirs }, () => "mine")).toEqual({ ...form, command: ["serve"] });
    expect(mergedWith({ basis, form, theirs }, () => "theirs")).toEqual({ ...theirs.settings, env: form.env });
  });

  it("keeps half-typed text through a conflict", () => {
    const typing = { ...form, replicas: "1x" };
    expect(mergedWith({ basis, form: typing, theirs }, () => "mine").replicas).toBe("1x");
  });
});
