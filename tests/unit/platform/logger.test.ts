import { expect, it } from "vitest";
import { createLogger } from "#lib/platform/logger";

it("never writes a secret's value, at the top or inside", () => {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line) => void lines.push(line) });
  log.info(
    { token: "hunter2", gitlab: { token: "hunter2" }, req: { headers: { authorization: "hunter2" } } },
    "called",
  );
  expect(lines.join("")).not.toContain("hunter2");
  expect(lines.join("")).toContain("called");
});
