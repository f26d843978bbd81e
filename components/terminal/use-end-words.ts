"use client";

import { useTranslations } from "use-intl";
import type { PublicError } from "#lib/platform/errors";
import type { TerminalEnd } from "#lib/terminal/schema";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";

type End = { reason: TerminalEnd; exitCode: number | null; error: PublicError | null };

/** Why a terminal ended, in one sentence or two. */
export function useEndWords(): (end: End) => string {
  const t = useTranslations("terminal.end");
  const errorText = usePublicErrorText();
  return ({ reason, exitCode, error }) => {
    const words = t(reason, { code: exitCode ?? 0 });
    return error === null ? words : `${words} ${errorText(error)}`;
  };
}
