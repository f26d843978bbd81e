import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  emptyForm,
  nameFromRepository,
  stepOf,
  toCreateInput,
  type WizardForm,
  wizardForm,
} from "../../../components/create/wizard-form.ts";
import { appName } from "../../../lib/apps/spec-schema.ts";

const TEAM = "0190a000-0000-7000-8000-000000000001";
const ENVIRONMENT = "0190a000-0000-7000-8000-000000000002";
const domains = [
  { name: "dev.localhost", below: true, tlsSecret: null },
  { name: "shop.example.com", below: false, tlsSecret: null },
];
const context = { domain: "dev.localhost:7105", domains, draftId: null, idempotencyKey: "wizard-0001" };

function filled(change: Partial<WizardForm> = {}): WizardForm {
  return {
    ...emptyForm(),
    teamId: TEAM,
    environmentId: ENVIRONMENT,
    project: { id: 7, path: "samples/node-hello", webUrl: "http://gitlab/samples/node-hello", defaultBranch: "main" },
    ref: { name: "main", kind: "branch", commitSha: "a".repeat(40) },
    name: "node-hello",
    language: "nodejs",
    ...change,
  };
}

describe("the wizard's form", () => {
  it("becomes a request as soon as repository, ref and name are there: every other field has a default", () => {
    const { input, errors } = toCreateInput(filled(), context);
    expect(errors).toEqual({});
    expect(input?.settings.exposure?.routes).toEqual([
      { host: "node-hello.dev.localhost", path: "/", pathType: "prefix", port: 8080 },
    ]);
    expect(input?.settings.resources.cpuLimitMillis).toBe(500);
  });

  it("requests half of what it limits when the size is free", () => {
    const { input } = toCreateInput(filled({ size: "free", cpuCores: 2, memoryMib: 1024 }), context);
    expect(input?.settings.resources).toMatchObject({
      cpuLimitMillis: 2000,
      cpuRequestMillis: 1000,
      memoryRequestBytes: 512 * 1024 ** 2,
    });
  });

  it.each([
    ["project", { project: null }, 1],
    ["ref", { ref: null }, 1],
    ["name", { name: "Not A Label" }, 1],
    ["port", { port: 70_000 }, 2],
    ["replicas", { replicas: "" }, 2],
    ["cpuCores", { size: "free", cpuCores: "" }, 2],
    ["memoryMib", { size: "free", memoryMib: 1 }, 2],
    ["readinessPath", { readinessPath: "healthz" }, 2],
    ["dockerfilePath", { dockerfilePath: "../Dockerfile" }, 2],
    ["env", { env: [{ name: "1BAD", value: "x" }] }, 2],
    ["routes", { routesTyped: true, routes: [{ host: "UPPER case", path: "/", pathType: "prefix" }] }, 3],
  ] as const)("says that %s is wrong, and which step shows it", (field, change, step) => {
    const { input, errors } = toCreateInput(filled(change as Partial<WizardForm>), context);
    expect(input).toBeNull();
    expect(Object.keys(errors)).toEqual([field]);
    expect(stepOf(field)).toBe(step);
  });

  it("follows the name with its default host until a person edits the routes", () => {
    const typed = {
      routesTyped: true,
      routes: [{ host: "shop.example.com", path: "/v1", pathType: "exact" as const }],
    };
    expect(toCreateInput(filled({ name: "other" }), context).input?.settings.exposure?.routes[0]?.host).toBe(
      "other.dev.localhost",
    );
    expect(toCreateInput(filled({ ...typed, name: "other" }), context).input?.settings.exposure?.routes[0]?.host).toBe(
      "shop.example.com",
    );
  });

  it("opens any stored draft and keeps every field that still fits", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(emptyForm()), "stranger"), fc.jsonValue()), (stored) => {
        expect(() => wizardForm.parse({ ...stored, displayName: "kept" })).not.toThrow();
        expect(wizardForm.parse({ ...stored, displayName: "kept" }).displayName).toBe("kept");
      }),
    );
  });
});

describe("the name proposed from a repository", () => {
  it("is a DNS label, or empty when nothing in the path can be one", () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const name = nameFromRepository(path);
        expect(name.length < 2 || appName.safeParse(name).success).toBe(true);
      }),
    );
  });

  it("comes from the last part of the path", () => {
    expect(nameFromRepository("samples/Node_Hello.git")).toBe("node-hello");
    expect(nameFromRepository("a/9lives")).toBe("lives");
  });
});
