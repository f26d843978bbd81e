import { isEqual, type Merged, merge, type Side } from "#lib/apps/merge-rules";
import type { AppSettings } from "#lib/apps/spec-schema";
import type { SpecChange } from "#lib/releases/drift/schema";
import { type SettingsForm, settingsChanges, settled } from "./typed-settings.ts";

/** Where an edit begins: the settings, and the number of the release that they are of. */
export type Basis = { settings: AppSettings; release: number | null };
/** What was typed, and on top of what. */
export type KeptEdit = { basis: Basis; form: SettingsForm };

export type Standing = {
  basis: Basis;
  form: SettingsForm;
  /** What somebody else released meanwhile, when it wants other settings than those that the edit began from. */
  theirs: Basis | null;
};

/**
 * How an edit stands to what is wanted now. A release that left the settings as they were (a new image, a restart) moves
 * the edit along without a question; any other one is for the person to see.
 */
export function standingOf(kept: KeptEdit | null, now: Basis): Standing {
  if (kept === null) return { basis: now, form: now.settings, theirs: null };
  const { restartedAt } = now.settings;
  const changed = settingsChanges({ ...kept.basis.settings, restartedAt }, now.settings);
  if (changed.length > 0) return { ...kept, theirs: now };
  // What has no words of its own goes along too; nobody edits it, so nothing can clash.
  return { basis: now, form: merge<SettingsForm>(kept.basis.settings, kept.form, now.settings).merged, theirs: null };
}

/** An edit after something was typed; null when it is back where it began. */
export const afterTyping = ({ basis, theirs }: Standing, form: SettingsForm): KeptEdit | null =>
  theirs === null && isEqual(form, basis.settings) ? null : { basis, form };

/** One place that both changed: theirs and mine, in words. */
export type Clash = { path: string; changes: SpecChange[] };

/** Both sides of a conflict in words, and the places where a choice is needed. */
export function conflictOf({ basis, form, theirs }: { basis: Basis; form: SettingsForm; theirs: Basis }) {
  const pick = (choose: (path: string) => Side) =>
    settled(mergedWith({ basis, form, theirs }, choose), theirs.settings);
  const allTheirs = pick(() => "theirs");
  const { clashes } = merge<SettingsForm>(basis.settings, form, theirs.settings);
  return {
    mine: settingsChanges(basis.settings, settled(form, basis.settings)),
    theirs: settingsChanges(basis.settings, theirs.settings).filter(({ field }) => field !== "restartedAt"),
    clashes: clashes.map(
      (path): Clash => ({
        path,
        changes: settingsChanges(
          allTheirs,
          pick((at) => (at === path ? "mine" : "theirs")),
        ),
      }),
    ),
  };
}

/** Mine on top of theirs, with a choice for each place that both changed. */
export const mergedWith = (
  { basis, form, theirs }: { basis: Basis; form: SettingsForm; theirs: Basis },
  choose: (path: string) => Side,
): Merged<SettingsForm>["merged"] => merge<SettingsForm>(basis.settings, form, theirs.settings, choose).merged;
