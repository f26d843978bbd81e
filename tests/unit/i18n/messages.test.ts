import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, it } from "vitest";
import { en } from "#lib/platform/i18n/en";
import { LOCALES } from "#lib/platform/i18n/locales";
import { messagesOf } from "#lib/platform/i18n/messages";

type Tree = { [key: string]: string | Tree };

/** "create.steps.basics" → its text, for every text of a catalogue. */
function flat(tree: Tree, path: string[] = []): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]): [string, string][] =>
      typeof value === "string" ? [[[...path, key].join("."), value]] : [...flat(value, [...path, key])],
    ),
  );
}

/** The names of what a text takes: arguments and tags. */
function parameters(text: string, locale: string): string[] {
  const names = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value !== null && typeof value === "object") {
      // Types of ICU elements: 0 literal, 7 "#", everything else names an argument or a tag.
      if ("type" in value && "value" in value && value.type !== 0 && value.type !== 7) names.add(String(value.value));
      Object.values(value).forEach(walk);
    }
  };
  walk(new IntlMessageFormat(text, locale).getAst());
  return [...names].sort();
}

const english = flat(en);

describe.each(LOCALES.filter((locale) => locale !== "en"))("the texts in %s", (locale) => {
  const other = flat(messagesOf(locale));

  it("have the same keys as the English ones, none missing and none left over", () => {
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("take the same arguments and tags as the English ones", () => {
    const differing = [...english].filter(
      ([key, text]) => parameters(text, "en").join() !== parameters(other.get(key) ?? "", locale).join(),
    );
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it("are translated: no sentence is the English one", () => {
    const same = [...english].filter(([key, text]) => / [a-z]{3,} /.test(text) && other.get(key) === text);
    expect(same.map(([key]) => key)).toEqual([]);
  });
});

describe("every text", () => {
  // lib too: what a schema finds wrong is named by a message key.
  const sources = ["app", "components", "lib"]
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes("generated"))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")),
    )
    .join("\n");

  it("is used: the last part of its key, or a template that ends in it, stands in some component", () => {
    // Keys are often put together (`state.${state}`): a key counts as used when its own name occurs, or its parent's
    // does in a template.
    const unused = [...english.keys()].filter((key) => {
      const parts = key.split(".");
      const own = parts.at(-1) ?? "";
      const parent = parts.slice(0, -1).at(-1) ?? "";
      const named = new RegExp(`["'\`.]${own}["'\`]`).test(sources);
      return !named && !sources.includes(`${parent}.\${`) && !new RegExp(`\\.${parent}["'\`]\\)`).test(sources);
    });
    expect(unused).toEqual([]);
  });
});
