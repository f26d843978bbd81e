import type { Language } from "#lib/apps/schema";
import classes from "./badge.module.css";

/** Two letters and the whole name of each. */
export const LANGUAGE_NAMES: Record<Language, [short: string, name: string]> = {
  go: ["Go", "Go"],
  java: ["Ja", "Java"],
  nodejs: ["Js", "Node.js"],
  python: ["Py", "Python"],
  static: ["St", "Static"],
  other: ["Df", "Dockerfile"],
};

/** Two letters for a service's language; the full name is read aloud and shown on hover. */
export function LanguageChip({ language }: { language: Language }) {
  const [short, name] = LANGUAGE_NAMES[language];
  return (
    <span className={classes.chip} title={name}>
      <span aria-hidden="true">{short}</span>
      <span className="k-sr">{name}</span>
    </span>
  );
}
