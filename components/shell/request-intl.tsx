import { cookies, headers } from "next/headers";
import { cache } from "react";
import { createTranslator } from "use-intl/core";
import { chooseLocale, chooseTimeZone, LOCALE_COOKIE, type Locale, TIME_ZONE_COOKIE } from "#lib/platform/i18n/locales";
import { messagesOf } from "#lib/platform/i18n/messages";

/** The language and time zone of the person who asks, for server components. */
export const requestIntl = cache(async (): Promise<{ locale: Locale; timeZone: string }> => {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  return {
    locale: chooseLocale(jar.get(LOCALE_COOKIE)?.value, head.get("accept-language")),
    timeZone: chooseTimeZone(decoded(jar.get(TIME_ZONE_COOKIE)?.value)),
  };
});

/** Texts for titles and server components: `(await requestTranslator())("services.title")`. */
export async function requestTranslator() {
  const { locale } = await requestIntl();
  return createTranslator({ locale, messages: messagesOf(locale) });
}

const decoded = (value: string | undefined): string | undefined => value && decodeURIComponent(value);
