"use client";

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { checkNameResult, dockerfileCheck, searchRefsResult, searchRepositoriesResult } from "#lib/apps/schema";
import { appName } from "#lib/apps/spec-schema";
import { getJson } from "../shell/api.ts";

const TYPING_MS = 250;

/** GitLab projects that match, as one types. */
export function useRepositories(typed: string) {
  const [q] = useDebouncedValue(typed, TYPING_MS);
  return useQuery({
    queryKey: ["repositories", q],
    queryFn: ({ signal }) => getJson(`/api/repositories?q=${encodeURIComponent(q)}`, searchRepositoriesResult, signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** Branches and tags of a project that match. */
export function useRefs(projectId: number | undefined, typed: string) {
  const [q] = useDebouncedValue(typed, TYPING_MS);
  return useQuery({
    queryKey: ["repository-refs", projectId, q],
    queryFn: ({ signal }) =>
      getJson(`/api/repositories/${projectId}/refs?q=${encodeURIComponent(q)}`, searchRefsResult, signal),
    enabled: projectId !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}

/** Is the Dockerfile there at this ref, and what does it say? */
export function useDockerfileCheck(projectId: number | undefined, ref: string | undefined, typedPath: string) {
  const [path] = useDebouncedValue(typedPath, TYPING_MS);
  return useQuery({
    queryKey: ["dockerfile", projectId, ref, path],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ ref: ref ?? "", path });
      return getJson(`/api/repositories/${projectId}/dockerfile?${query}`, dockerfileCheck, signal);
    },
    enabled: projectId !== undefined && ref !== undefined && path !== "",
    staleTime: 15_000,
  });
}

/** Is the name free? Asked only once it could be one. */
export function useNameCheck(typed: string) {
  const [name] = useDebouncedValue(typed, TYPING_MS);
  return useQuery({
    queryKey: ["app-name", name],
    queryFn: ({ signal }) => getJson(`/api/apps/check-name?name=${encodeURIComponent(name)}`, checkNameResult, signal),
    enabled: appName.safeParse(name).success,
    staleTime: 5000,
  });
}
