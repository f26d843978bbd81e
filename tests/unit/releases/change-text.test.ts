import fc from "fast-check";
import { createTranslator } from "use-intl/core";
import { expect, test } from "vitest";
import { messagesOf } from "#lib/platform/i18n/messages";
import { specChanges } from "#lib/releases/preview/spec-diff-rules";
import { printable } from "../../../components/releases/change-text.ts";
import { plainSpec } from "./plain-spec.ts";
import { specArbitrary } from "./spec-arbitrary.ts";

const LISTS = /^(env|podLabel|podAnnotation|nodeSelector|command|args)$/;

test.each(["en", "zh"] as const)("no value of a Spec is said as the program has it, in %s", (locale) => {
  const t = createTranslator({ locale, messages: messagesOf(locale), namespace: "releases" });
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      const said = specChanges(null, spec)
        .filter(({ field }) => !LISTS.test(field))
        .map(({ field, after }) => printable(t, field, after));
      for (const word of ["true", "false", "none", "null", "exec", "runtime-default"]) expect(said).not.toContain(word);
    }),
  );
});

test("lines of several values are in Chinese in whole, but for what people called things", () => {
  const t = createTranslator({ locale: "zh", messages: messagesOf("zh"), namespace: "releases" });
  const english = /disk|memory|claim|path|only|class|nodes|zones|strict|prefix|exact|timeout|retries|each|credentials/;
  fc.assert(
    fc.property(specArbitrary, (spec) => {
      for (const { field, after } of specChanges(null, spec))
        if (/^(volume|spread|route|traffic)$/.test(field)) expect(printable(t, field, after)).not.toMatch(english);
    }),
  );
  const volume = { type: "claim", claimName: "disk", subPath: "a/memory", readOnly: true } as const;
  const spec = plainSpec({ volumes: [{ ...volume, name: "claim", mountPath: "/disk" }] });
  const change = specChanges(plainSpec(), spec).find(({ field }) => field === "volume");
  expect(printable(t, "volume", change?.after ?? null)).toBe("claim /disk, 存储声明 disk, 路径 a/memory, 只读");
});

test("what people typed stays as it is", () => {
  const t = createTranslator({ locale: "en", messages: messagesOf("en"), namespace: "releases" });
  expect(printable(t, "env", "true")).toBe("true");
  expect(printable(t, "security.runAsNonRoot", "false")).toBe("no");
  const [change] = specChanges(plainSpec(), plainSpec({ meshMode: "mesh" }));
  expect(printable(t, change?.field ?? "", change?.after ?? null)).toBe("mesh");
});

test.each(["en", "zh"] as const)("a moment is a date and a time of the person's own zone, in %s", (locale) => {
  const words = { locale, messages: messagesOf(locale), timeZone: "Asia/Shanghai" };
  const t = createTranslator({ ...words, namespace: "releases" });
  const said = printable(t, "restartedAt", "2026-11-26T23:46:51.529Z").replaceAll(" ", " ");
  expect(said).toBe(locale === "en" ? "Nov 27, 2026, 07:46:51" : "2026年11月27日 07:46:51");
});
