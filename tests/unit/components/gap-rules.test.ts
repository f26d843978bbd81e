import { expect, it } from "vitest";
import { byReason, isSilence } from "../../../components/diagnosis/gap-rules.ts";

const error = (message: string) => ({ code: "unavailable" as const, system: "kubernetes" as const, message });

it("tells what could not be looked at for one reason once, and each other reason by itself", () => {
  const [silent, barred] = [error("Kubernetes did not answer."), { ...error("Not allowed."), code: "denied" as const }];
  const gaps = [
    { what: "pods", error: silent },
    { what: "nodes", error: barred },
    { what: "services", error: silent },
  ];
  expect(byReason(gaps)).toEqual([
    { what: ["pods", "services"], error: silent },
    { what: ["nodes"], error: barred },
  ]);
  expect(byReason([])).toEqual([]);
});

it("names the cluster where all of it is silent, and what may not be seen by its kinds", () => {
  const silent = { what: ["pods", "services"], error: error("Kubernetes did not answer.") };
  expect(isSilence(silent)).toBe(true);
  expect(isSilence({ ...silent, what: ["metrics"] })).toBe(false);
  expect(isSilence({ ...silent, error: { ...silent.error, code: "denied" } })).toBe(false);
});
