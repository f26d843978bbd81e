"use client";

import { Failure } from "../shell/failure.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { ConfigChanges } from "./config-changes.tsx";
import { type SetRef, useConfigDiff } from "./use-config.ts";

type Props = { app: string; environment: string; set: SetRef; from: number; to: number };

/** What differs between two versions of a set. */
export function ConfigDiff({ app, environment, set, from, to }: Props) {
  const { kind, name } = set;
  const { data, error, refetch } = useConfigDiff({ name: app }, environment, { kind, name, from, to });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={2} height={20} columns="1fr" />;
  return <ConfigChanges changes={data.changes} />;
}
