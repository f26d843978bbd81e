import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalSecrets, hmacToken, openWith, sealWith } from "#lib/platform/crypto";
import { type EncryptionKey } from "#lib/platform/env";
import { Invalid } from "#lib/platform/errors";

const key = (id: string): EncryptionKey => ({ id, bytes: Buffer.alloc(32, id) });
const NOW = key("aaaa1111");
const EARLIER = key("bbbb2222");

describe("a sealed text", () => {
  it("opens to what it was, whatever it was", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => openWith([NOW], sealWith(NOW, text)) === text));
  });

  it("is different each time and does not show the text", () => {
    const [one, two] = [sealWith(NOW, "token"), sealWith(NOW, "token")];
    expect(one).not.toBe(two);
    expect(one).not.toContain(Buffer.from("token").toString("base64url"));
  });

  it("opens after a key change as long as the earlier key is kept, and says what is missing when it is not", () => {
    const envelope = sealWith(EARLIER, "token");
    expect(openWith([NOW, EARLIER], envelope)).toBe("token");
    expect(() => openWith([NOW], envelope)).toThrow(Invalid);
  });

  it("does not open when any character of it was changed", () => {
    const envelope = sealWith(NOW, "a text of some length");
    for (let i = 0; i < envelope.length - 1; i++) {
      const other = envelope[i] === "A" ? "B" : "A";
      expect(() => openWith([NOW], envelope.slice(0, i) + other + envelope.slice(i + 1))).toThrow(Invalid);
    }
  });
});

it("makes the HMAC of RFC 4231, test case 2", () => {
  const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  expect(Buffer.from(hmacToken("Jefe", "what do ya want for nothing?"), "base64url").toString("hex")).toBe(expected);
});

it("tells equal secrets from others, of other lengths too", () => {
  expect([equalSecrets("abc", "abc"), equalSecrets("abc", "abd"), equalSecrets("abc", "ab")]).toEqual([
    true,
    false,
    false,
  ]);
});
