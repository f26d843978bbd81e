"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { isEqual } from "#lib/apps/merge-rules";
import type { AppView } from "#lib/apps/schema";
import { type EnvironmentView, usageView } from "#lib/clusters/schema";
import { type SettingsView, settingsView } from "#lib/releases/settings/schema";
import { getJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";
import { useMe } from "../shell/selection.tsx";
import { afterTyping, type KeptEdit, type Standing, standingOf } from "./edit-rules.ts";
import { keepEdit, readEdit, subscribe } from "./kept-edits.ts";
import { check, type Problems, type SettingsForm, settingsChanges, settled } from "./typed-settings.ts";

/** What the app wants in an environment, live. */
export const useSettings = (app: Pick<AppView, "id" | "name">, environment: string) =>
  useQuery({
    queryKey: queryKeys.settings(app.name, environment),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/settings?environment=${environment}`, settingsView, signal),
    enabled: environment !== "",
    meta: { appId: app.id },
  });

const MEASURED_AGAIN_MS = 15_000;

/** What its pods use now. Not asked again and again of a cluster that does not answer: it is only said beside. */
export const useUsage = (app: Pick<AppView, "id" | "name">, environment: string) =>
  useQuery({
    queryKey: queryKeys.usage(app.name, environment),
    queryFn: ({ signal }) => getJson(`/api/apps/${app.name}/usage?environment=${environment}`, usageView, signal),
    enabled: environment !== "",
    meta: { appId: app.id },
    refetchInterval: ({ state: { status } }) => (status === "error" ? false : MEASURED_AGAIN_MS),
    retry: false,
  });

/** Where an edit is kept while it is none yet of the server's. */
export type EditSlot = readonly [KeptEdit | null, (edit: KeptEdit | null) => void];

/** The one edit that a person collects of a service in an environment, on whatever page they are. */
export function useCollectedEdit(app: AppView, environment: EnvironmentView): EditSlot {
  const me = useMe();
  const key = `${me.id}:${app.id}:${environment.id}`;
  const edit = useSyncExternalStore(
    subscribe,
    () => readEdit(key),
    () => null,
  );
  return [edit, useCallback((next) => keepEdit(key, next), [key])];
}

/** An edit that is gone with its dialog. */
export const useOwnEdit = (): EditSlot => useState<KeptEdit | null>(null);

export type SettingsEdit = Standing & {
  change: (form: SettingsForm) => void;
  discard: () => void;
  /** On top of what is wanted now, as the person decided. */
  resolve: (form: SettingsForm) => void;
  problems: Problems;
  /** Null while something is wrong. */
  settings: ReturnType<typeof check>["settings"];
  changes: ReturnType<typeof settingsChanges>;
  edited: boolean;
};

/** The edit in a slot, on top of what the server says now; null while there is nothing to edit. */
export function useSettingsEdit(view: SettingsView | undefined, [kept, keep]: EditSlot): SettingsEdit | null {
  const standing = useMemo(
    () =>
      view?.settings ? standingOf(kept, { settings: view.settings, release: view.release?.number ?? null }) : null,
    [view, kept],
  );
  const domains = view?.domains;
  return useMemo(() => {
    if (standing === null) return null;
    const { basis, form, theirs } = standing;
    return {
      ...standing,
      ...check(form, basis.release === null ? null : basis.settings, domains),
      changes: settingsChanges(basis.settings, settled(form, basis.settings)),
      edited: theirs !== null || !isEqual(form, basis.settings),
      change: (next) => keep(afterTyping(standing, next)),
      discard: () => keep(null),
      resolve: (next) => theirs && keep(afterTyping({ basis: theirs, form: next, theirs: null }, next)),
    };
  }, [standing, keep, domains]);
}
