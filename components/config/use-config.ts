"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { AppView } from "#lib/apps/schema";
import type { ConfigKind } from "#lib/apps/spec/config-schema";
import {
  configDiffView,
  configEntriesView,
  listConfigResult,
  listConfigVersionsResult,
  type RestoreConfigInput,
  type SaveConfigInput,
  saveConfigResult,
} from "#lib/config/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { queryKeys } from "../shell/query-keys.ts";

type AppName = Pick<AppView, "name">;
/** One set in one environment. */
export type SetRef = { kind: ConfigKind; name: string };

/** The set alone, whatever else is known of it: what a query asks for must not change with that. */
const refOf = ({ kind, name }: SetRef): SetRef => ({ kind, name });

const pathOf = (app: AppName, part = "") => `/api/apps/${app.name}/config${part}`;
const query = (environment: string, more: Record<string, string | number> = {}) =>
  new URLSearchParams({ environment, ...Object.fromEntries(Object.entries(more).map(([k, v]) => [k, String(v)])) });

/** Every set of a service in an environment, live. */
export const useConfigSets = (app: AppView, environment: string) =>
  useQuery({
    queryKey: queryKeys.config(app.name, environment),
    queryFn: ({ signal }) => getJson(`${pathOf(app)}?${query(environment)}`, listConfigResult, signal),
    meta: { appId: app.id },
  });

export const useConfigVersions = (app: AppView, environment: string, set: SetRef) =>
  useQuery({
    queryKey: queryKeys.config(app.name, environment, refOf(set), "versions"),
    queryFn: ({ signal }) =>
      getJson(`${pathOf(app, "/versions")}?${query(environment, refOf(set))}`, listConfigVersionsResult, signal),
    meta: { appId: app.id },
    placeholderData: keepPreviousData,
  });

type Diff = SetRef & { from: number; to: number };
const readDiff = (app: AppName, environment: string, diff: Diff, signal?: AbortSignal) =>
  getJson(`${pathOf(app, "/diff")}?${query(environment, diff)}`, configDiffView, signal);
const readEntries = (app: AppName, environment: string, version: SetRef & { version: number }, signal?: AbortSignal) =>
  getJson(`${pathOf(app, "/entries")}?${query(environment, version)}`, configEntriesView, signal);

/** Versions never change, and neither does what differs between two of them. */
export const useConfigDiff = (app: AppName, environment: string, diff: Diff) =>
  useQuery({
    queryKey: queryKeys.config(app.name, environment, diff),
    queryFn: ({ signal }) => readDiff(app, environment, diff, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What a version says; nothing for version 0, from which a new set begins. */
export const useConfigEntries = (app: AppName, environment: string, set: SetRef, version: number) =>
  useQuery({
    queryKey: queryKeys.config(app.name, environment, { ...refOf(set), version }),
    queryFn: ({ signal }) => readEntries(app, environment, { ...refOf(set), version }, signal),
    enabled: version > 0,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What somebody else saved since `from`: the newest version, what it says, and what it changed. */
export async function readTheirs(app: AppName, environment: string, set: SetRef, from: number) {
  const { rows } = await getJson(
    `${pathOf(app, "/versions")}?${query(environment, refOf(set))}`,
    listConfigVersionsResult,
  );
  const [newest] = rows;
  if (!newest || newest.version === from) return null;
  const [{ entries }, { changes }] = await Promise.all([
    readEntries(app, environment, { ...refOf(set), version: newest.version }),
    readDiff(app, environment, { ...refOf(set), from, to: newest.version }),
  ]);
  return { newest, entries, changes };
}
export type Theirs = NonNullable<Awaited<ReturnType<typeof readTheirs>>>;

export const useSaveConfig = (app: AppView) => useWrite<SaveConfigInput>(app, "");
export const useRestoreConfig = (app: AppView) => useWrite<RestoreConfigInput>(app, "/restore");

function useWrite<Input>(app: AppView, part: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => sendJson("POST", pathOf(app, part), input, saveConfigResult),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.config(app.name) }),
  });
}
