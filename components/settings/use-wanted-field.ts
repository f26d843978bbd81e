"use client";

import { useSearchParams } from "next/navigation";
import { useEffect } from "react";

/** The place in the settings that the address names (`?at=resources.memoryLimitBytes`); null for none. */
export const useWantedField = (): string | null => useSearchParams().get("at");

const FOCUSABLE = "input, textarea, select, button";

/** Brings that field into view and gives it the keyboard, once it is there. */
export function useShowWantedField(isThere: boolean): void {
  const at = useWantedField();
  useEffect(() => {
    if (!isThere || at === null) return;
    const field = document.querySelector(`[data-field="${CSS.escape(at)}"]`);
    if (!(field instanceof HTMLElement)) return;
    field.scrollIntoView({ block: "center" });
    const input = field.matches(FOCUSABLE) ? field : field.querySelector(FOCUSABLE);
    if (input instanceof HTMLElement) input.focus({ preventScroll: true });
  }, [isThere, at]);
}
