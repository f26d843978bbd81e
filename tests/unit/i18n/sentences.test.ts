import { describe, expect, it } from "vitest";
import { sentenceTranslator } from "#lib/platform/i18n/sentence-translator";
import { sentencesOf } from "#lib/platform/i18n/sentences";
import { serverTexts } from "./server-sentences.ts";

const chinese = sentencesOf("zh");
const translate = sentenceTranslator(chinese);

describe("the server's sentences in Chinese", () => {
  const texts = serverTexts(["lib", "worker"]);

  it("are all there", () => {
    expect([...texts.sentences].filter((text) => chinese[text] === undefined)).toEqual([]);
  });

  it("are said by the server: none is left over", () => {
    expect(Object.keys(chinese).filter((text) => !texts.all.has(text))).toEqual([]);
  });

  it("keep every value", () => {
    const values = (text: string) => [...new Set(text.match(/\{\d+\}/g))].sort().join();
    expect(Object.entries(chinese).filter(([text, other]) => values(text) !== values(other))).toEqual([]);
  });
});

describe("a sentence of the server's", () => {
  it("is known as a whole", () => {
    expect(translate("There is no such service.")).toBe("没有这个服务。");
  });

  it("is known with its values, which stay", () => {
    expect(translate("Release 7 came in between: this one was prepared against 6.")).toBe(
      "其间有发布 7 插入：本次是基于 6 准备的。",
    );
  });

  it("is known in its parts: values that are sentences, and sentences one after another", () => {
    expect(translate("Kubernetes does not allow this: pods is forbidden")).toBe(
      "Kubernetes 不允许此操作：pods is forbidden",
    );
    expect(translate("web in web-1 starts and ends again and again (3 restarts, exit code 7).")).toBe(
      "web-1 中的 web 反复启动又退出（重启 3 次，退出码 7）。",
    );
    expect(translate("The new pods did not become ready in time. web-1 is Pending.")).toContain(
      "新的 Pod 没有按时就绪。",
    );
    const unready = "shop in shop-1 runs but is not ready: its readiness probe asks GET :8080/up and got status 404.";
    expect(translate(`The new pods did not become ready in time. ${unready}`)).toBe(
      `新的 Pod 没有按时就绪。${translate(unready)}`,
    );
    expect(translate(unready)).toMatch(/^shop-1 中的 shop /);
    expect(translate("Check its address. Ask a platform admin.")).toBe("请检查它的地址。请联系平台管理员。");
  });

  it("stays as it is when nobody has translated it, also one that only ends in brackets", () => {
    expect(translate("Somebody else's words (403).")).toBe("Somebody else's words (403).");
    expect(translate("")).toBe("");
  });

  it("is found in no time, whatever it says (a backtracking pattern took a minute for this one)", () => {
    const hostile = `${"a (b ".repeat(2_000)}).`;
    expect(translate(hostile)).toBe(hostile);
  });
});
