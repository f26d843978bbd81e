import { describe, expect, it } from "vitest";
import { messagesOf } from "#lib/platform/i18n/messages";
import { sentencesOf } from "#lib/platform/i18n/sentences";

/** What a Chinese text must not say, and the one word that the console has for it. */
const ONE_WORD: readonly (readonly [never: RegExp, word: string])[] = [
  [/您/, "你"],
  [/Kepler/, "开普勒"],
  [/金丝雀/, "灰度"],
  [/边车|\bsidecar\b/, "Sidecar"],
  [/应答/, "响应"],
  [/限额/, "上限"],
  [/(?<!存储)卷/, "存储卷"],
];

/** Every text below a value of a catalogue. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(texts) : [];
}

describe("the Chinese texts", () => {
  it("have one word for one thing", () => {
    const said = [...texts(messagesOf("zh")), ...texts(sentencesOf("zh"))].flatMap((text) =>
      ONE_WORD.filter(([never]) => never.test(text)).map(([, word]) => `${word}: ${text}`),
    );
    expect(said).toEqual([]);
  });
});
