export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];

/** Remembers the language a person chose; readable by the page, so that it can be set without a request. */
export const LOCALE_COOKIE = "kepler-locale";
/** The browser's IANA time zone, so that the server's first paint shows the same clock as the browser. */
export const TIME_ZONE_COOKIE = "kepler-time-zone";

const isLocale = (value: string | undefined): value is Locale => LOCALES.some((locale) => locale === value);

/** A person's choice, else the best of Accept-Language (RFC 9110, 12.5.4), else English. */
export function chooseLocale(chosen: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(chosen)) return chosen;
  const wishes = (acceptLanguage ?? "").split(",").map((part) => {
    const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
    const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
    return { language: tag.split("-")[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  const best = wishes.filter((wish) => wish.quality > 0).sort((a, b) => b.quality - a.quality);
  return best.map((wish) => wish.language).find(isLocale) ?? "en";
}

/** The cookie's time zone when this machine knows it, else UTC: an unknown one would throw at the first date. */
export function chooseTimeZone(cookie: string | undefined): string {
  if (cookie === undefined) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: cookie }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
