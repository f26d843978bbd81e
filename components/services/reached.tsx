"use client";

import { Globe } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView } from "#lib/apps/schema";

/** That it is exposed, and under which addresses; the first opens, if any does. */
export function Reached({ place: { urls, wildcards } }: { place: AppEnvironmentView }) {
  const t = useTranslations("services");
  const all = [...urls, ...wildcards];
  if (all.length === 0) return null;
  const [url] = urls;
  const title = all.join("\n");
  if (url === undefined)
    return (
      <span role="img" title={title} aria-label={t("exposed", { addresses: all.join(", ") })}>
        <Globe size={14} strokeWidth={1.5} aria-hidden="true" />
      </span>
    );
  return (
    <Link href={url} target="_blank" title={title} aria-label={t("open", { url })}>
      <Globe size={14} strokeWidth={1.5} aria-hidden="true" />
    </Link>
  );
}
