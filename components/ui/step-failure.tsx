"use client";

import type { PublicError } from "#lib/platform/errors";
import { Note } from "./note.tsx";
import { usePublicErrorText } from "./use-public-error-text.ts";

type Props = {
  error: PublicError;
  /** It will be tried again by itself. */
  waiting?: boolean;
};

/** Why a step failed or waits, and what a person can do. */
export function StepFailure({ error, waiting = false }: Props) {
  const text = usePublicErrorText();
  return <Note state={waiting ? "warn" : "fail"}>{text(error)}</Note>;
}
