import { en } from "./en.ts";
import { type Locale } from "./locales.ts";
import { zh } from "./zh.ts";

/** The shape of the texts: English has every key, the other languages have the same ones. */
export type Messages = typeof en;

const CATALOGUES: Record<Locale, Messages> = { en, zh };

export const messagesOf = (locale: Locale): Messages => CATALOGUES[locale];

// Keys given to useTranslations and createTranslator are checked by the compiler.
declare module "use-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
