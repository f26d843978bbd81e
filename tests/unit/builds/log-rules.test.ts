import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstFailingLine, maskLog, maskSecrets, wholeLines } from "#lib/builds/log-rules";

describe("masking a log", () => {
  it("leaves no secret of eight characters or more, wherever it stands", () => {
    const secret = fc
      .string({ minLength: 8, maxLength: 40 })
      .filter((text) => !/^•+$/.test(text) && !text.includes("•"));
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.string(),
        (before, secrets, after) => {
          const masked = maskSecrets(`${before}${secrets.join(" ")}${after}`, secrets);
          for (const one of secrets) expect(masked).not.toContain(one);
        },
      ),
    );
  });

  it("also finds a secret that was encoded into a URL", () => {
    expect(maskSecrets("https://u:p%40ssw%2Frd1@git/", ["p@ssw/rd1"])).toBe("https://u:••••••@git/");
  });

  it("leaves no token of a log that nobody named, and every other character of it", () => {
    const token = `glpat-${"x9".repeat(10)}`;
    const log = (shown: string) => `\u001b[32mnpm\u001b[0m config set token=${shown}\r\ndone, with oursecret\n`;
    expect(maskLog(log(token), ["oursecret"])).toBe(log("••••••").replace("oursecret", "••••••"));
  });

  it("does not take short words for secrets", () => {
    expect(maskSecrets("kepler builds kepler", ["kepler"])).toBe("kepler builds kepler");
  });
});

describe("cutting a log that still grows", () => {
  it("keeps whole lines and leaves the begun one for the next read", () => {
    expect(wholeLines("one\ntwo\nthr", false)).toBe("one\ntwo\n");
    expect(wholeLines("thr", false)).toBe("");
    expect(wholeLines("one\nthr", true)).toBe("one\nthr");
  });

  it("does not let one endless line hold it back", () => {
    const endless = "x".repeat(70_000);
    expect(wholeLines(endless, false)).toBe(endless);
  });
});

describe("the line that failed", () => {
  it("is the first that says so, not Jenkins' frame around it", () => {
    const log = [
      "Started by user admin",
      "[Pipeline] sh",
      "+ docker build .",
      "Step 3: RUN npm run nothing",
      'npm error Missing script: "nothing"',
      "npm error A complete log can be found in: /root/.npm",
      "ERROR: script returned exit code 1",
      "Finished: FAILURE",
    ].join("\n");
    expect(firstFailingLine(log)).toBe('npm error Missing script: "nothing"');
  });

  it("is found at no cost in a line without an end that nearly says so all the time", { timeout: 60_000 }, () => {
    const startedAt = performance.now();
    expect(firstFailingLine(`an ${"error ".repeat(200_000)}\nfatal: no such branch`)).toBe("fatal: no such branch");
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it("is the last words of a log that names no error", () => {
    expect(firstFailingLine("all is\nwell\n[Pipeline] End\nFinished: FAILURE\n")).toBe("well");
    expect(firstFailingLine("")).toBeNull();
  });
});
