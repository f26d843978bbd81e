"use client";

import { useRouter } from "next/navigation";
import { useLocale } from "use-intl";
import { LOCALE_COOKIE, type Locale } from "#lib/platform/i18n/locales";
import { sendJson } from "./api.ts";
import { setCookie } from "./set-cookie.ts";

/** Speaks the other language at once and keeps the choice with the person; the page keeps its place. */
export function useChangeLocale(): { next: Locale; change: () => void } {
  const router = useRouter();
  const next = useLocale() === "zh" ? "en" : "zh";
  const change = () => {
    setCookie(LOCALE_COOKIE, next);
    router.refresh();
    // The cookie alone does here; the row is for the person's other browsers.
    sendJson("PATCH", "/api/me", { locale: next }, null).catch(() => undefined);
  };
  return { next, change };
}
