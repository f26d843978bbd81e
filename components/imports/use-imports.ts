"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import {
  type CreateImportInput,
  createImportResult,
  importPreview,
  listImportsResult,
} from "#lib/releases/import/schema";
import { getJson, sendJson } from "../shell/api.ts";

export type Place = { teamId: string; environmentId: string };

const addressOf = (path: string, place: Place): string => `/api/imports${path}?${new URLSearchParams(place)}`;

/** What runs in an environment and is no service's, as the cluster says now. */
export const useFound = (place: Place | null) =>
  useQuery({
    queryKey: ["imports", place],
    queryFn: ({ signal }) => getJson(place ? addressOf("", place) : "", listImportsResult, signal),
    enabled: place !== null,
    staleTime: 0,
    retry: false,
  });

/** How one of them is read, and what its import would change. */
export const useImportPreview = (place: Place, name: string) =>
  useQuery({
    queryKey: ["imports", place, name],
    queryFn: ({ signal }) => getJson(addressOf(`/${encodeURIComponent(name)}`, place), importPreview, signal),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

export const useImport = () =>
  useMutation({
    mutationFn: (input: CreateImportInput) => sendJson("POST", "/api/imports", input, createImportResult),
  });
