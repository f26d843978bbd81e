import type { useTranslations } from "use-intl";
import { phrased } from "./change-phrases.ts";

type T = ReturnType<typeof useTranslations<"releases">>;

/** "image.commit" → "imageCommit": fields of a Spec as keys of `releases.change`. */
const changeKey = (field: string): string => field.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());

export function changeName(t: T, field: string): string {
  const key = `change.${changeKey(field)}` as Parameters<T["has"]>[0];
  return t.has(key) ? t(key as Parameters<T>[0]) : field;
}

/** Fields that are a yes or a no; what people typed may be "true" as well, and stays so. */
const BOOLEANS: ReadonlySet<string> = new Set([
  "security.runAsNonRoot",
  "security.readOnlyRootFilesystem",
  "security.allowPrivilegeEscalation",
  "logCollection.multiline.negate",
  "sidecar.holdApplication",
]);

/** A value of a Spec as people read it: digests and commits short, choices and phrases in words, yes and no and moments too. */
export function printable(t: T, field: string, value: string | null): string {
  if (value === null) return t("nothing");
  if (field === "image.digest") return `${value.slice(0, 11)}…${value.slice(-4)}`;
  if (field === "image.commit") return value.slice(0, 7);
  if (field === "restartedAt" && !Number.isNaN(Date.parse(value))) return t("value.moment", { at: new Date(value) });
  if (BOOLEANS.has(field)) return value === "true" ? t("value.yes") : t("value.no");
  // Fields with a few choices have names for them; what people typed stays as it is.
  const key = `value.${changeKey(field)}.${value}` as Parameters<T["has"]>[0];
  return /^[a-z-]+$/.test(value) && t.has(key) ? t(key as Parameters<T>[0]) : phrased(t, field, value);
}
