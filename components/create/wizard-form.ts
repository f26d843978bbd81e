import { z } from "zod";
import { type CreateAppInput, createAppInput, LANGUAGES } from "#lib/apps/schema";
import { type Domain, outsideRoutes, withoutPort } from "#lib/apps/spec/domain-rules";
import {
  type AppSettings,
  type AppSettingsInput,
  DEFAULT_STRATEGY,
  RESOURCE_PRESETS,
  SPEC_VERSION,
} from "#lib/apps/spec-schema";
import { SIZES } from "../fields/sizes.ts";

const MEBIBYTE = 1024 ** 2;

/** A number field while it is typed in: empty is a state of its own, not zero. */
const typedNumber = z.union([z.number(), z.literal("")]);

/**
 * What the wizard's fields hold, half-filled or not. Each field falls back on its own default when a stored draft
 * holds something else (an older shape, a hand-edited row): a draft always opens and never loses its other fields.
 */
export const wizardForm = z.object({
  teamId: z.string().catch(""),
  environmentId: z.string().catch(""),
  project: z
    .object({ id: z.number(), path: z.string(), webUrl: z.string(), defaultBranch: z.string().nullable() })
    .nullable()
    .catch(null),
  ref: z
    .object({ name: z.string(), kind: z.enum(["branch", "tag"]), commitSha: z.string() })
    .nullable()
    .catch(null),
  name: z.string().catch(""),
  /** Once a person has typed a name, choosing another repository no longer proposes one. */
  nameTyped: z.boolean().catch(false),
  displayName: z.string().catch(""),
  language: z.enum(LANGUAGES).catch("other"),
  languageChosen: z.boolean().catch(false),
  dockerfilePath: z.string().catch("Dockerfile"),
  buildStrategy: z.enum(["dockerfile", "language"]).catch("dockerfile"),
  buildOnPush: z.boolean().catch(true),
  port: typedNumber.catch(8080),
  portTyped: z.boolean().catch(false),
  protocol: z.enum(["http", "grpc", "tcp"]).catch("http"),
  readinessPath: z.string().catch(""),
  size: z.enum(SIZES).catch("medium"),
  /** CPU cores and mebibytes of one pod's limit, as typed; the request is half of it. */
  cpuCores: typedNumber.catch(0.5),
  memoryMib: typedNumber.catch(512),
  replicas: typedNumber.catch(1),
  meshMode: z.enum(["normal", "mesh"]).catch("normal"),
  exposed: z.boolean().catch(true),
  routes: z.array(z.object({ host: z.string(), path: z.string(), pathType: z.enum(["prefix", "exact"]) })).catch([]),
  /** Once a person has edited the routes, a new name no longer moves the default host. */
  routesTyped: z.boolean().catch(false),
  /** One argument a line: no quoting to learn, nothing to escape. */
  command: z.string().catch(""),
  args: z.string().catch(""),
  env: z.array(z.object({ name: z.string(), value: z.string() })).catch([]),
});
export type WizardForm = z.infer<typeof wizardForm>;

export const emptyForm = (): WizardForm => wizardForm.parse({});

/** "samples/Node_Hello.git" → "node-hello": the last part of the path as a DNS label (RFC 1123), at most 40 characters. */
export function nameFromRepository(path: string): string {
  const last =
    path
      .replace(/\.git$/, "")
      .split("/")
      .at(-1) ?? "";
  const label = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40);
  return label.replace(/-+$/, "");
}

/** `<app>.<domain>` without the port that a sandbox's domain carries: hosts have none. */
export const defaultHost = (name: string, domain: string): string => `${name || "service"}.${withoutPort(domain)}`;

/** The routes that take effect: what was typed, or the one default. */
export function effectiveRoutes(form: WizardForm, domain: string): WizardForm["routes"] {
  if (form.routesTyped && form.routes.length > 0) return form.routes;
  return [{ host: defaultHost(form.name, domain), path: "/", pathType: "prefix" }];
}

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const numberOf = (value: number | ""): number => (value === "" ? Number.NaN : value);

function resources(form: WizardForm): AppSettings["resources"] {
  if (form.size !== "free") return RESOURCE_PRESETS[form.size];
  const cpuLimitMillis = Math.round(numberOf(form.cpuCores) * 1000);
  const memoryLimitBytes = Math.round(numberOf(form.memoryMib) * MEBIBYTE);
  return {
    cpuLimitMillis,
    memoryLimitBytes,
    cpuRequestMillis: Math.max(10, Math.round(cpuLimitMillis / 2)),
    memoryRequestBytes: Math.max(16 * MEBIBYTE, Math.round(memoryLimitBytes / 2)),
  };
}

function settings(form: WizardForm, domain: string): AppSettingsInput {
  const port = numberOf(form.port);
  return {
    schemaVersion: SPEC_VERSION,
    replicas: numberOf(form.replicas),
    resources: resources(form),
    ports: form.port === "" ? [] : [{ name: form.protocol, port, protocol: form.protocol }],
    command: lines(form.command),
    args: lines(form.args),
    env: form.env.filter((variable) => variable.name !== "" || variable.value !== ""),
    readinessProbe:
      form.readinessPath === "" || form.port === ""
        ? null
        : { path: form.readinessPath, port, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
    meshMode: form.meshMode,
    exposure:
      form.exposed && form.port !== ""
        ? { gatewayClass: "ingress", routes: effectiveRoutes(form, domain).map((route) => ({ ...route, port })) }
        : null,
    strategy: DEFAULT_STRATEGY,
    restartedAt: null,
  };
}

export type WizardErrors = Partial<Record<WizardField, string>>;
export type WizardField = keyof WizardForm;
type Outcome = { input: CreateAppInput; errors: WizardErrors } | { input: null; errors: WizardErrors };

/** The request that the form stands for, or what is wrong with it, field by field; messages are keys of `fields.errors`. */
export function toCreateInput(
  form: WizardForm,
  context: { domain: string; domains: readonly Domain[]; draftId: string | null; idempotencyKey: string },
): Outcome {
  const parsed = createAppInput.safeParse({
    teamId: form.teamId,
    environmentId: form.environmentId,
    name: form.name,
    displayName: form.displayName.trim() === "" ? null : form.displayName,
    gitlabProjectId: form.project?.id,
    ref: form.ref?.name,
    refKind: form.ref?.kind,
    language: form.language,
    dockerfilePath: form.dockerfilePath,
    buildStrategy: form.buildStrategy,
    buildOnPush: form.buildOnPush,
    settings: settings(form, context.domain),
    draftId: context.draftId,
    idempotencyKey: context.idempotencyKey,
  });
  if (parsed.success) {
    const outside = outsideRoutes(null, parsed.data.settings.exposure, context.domains).length > 0;
    return outside ? { input: null, errors: { routes: "host.outside-domains" } } : { input: parsed.data, errors: {} };
  }
  const errors: WizardErrors = {};
  for (const issue of parsed.error.issues) {
    const field = fieldOf(issue.path.map(String));
    // A default host is made of the name: what is wrong with it is mended there.
    const mended = field === "routes" && !form.routesTyped ? "name" : field;
    errors[mended] ??= mended === "name" && form.name === "" ? "required" : issue.message;
  }
  return { input: null, errors };
}

/** Path of the request → field of the form that a person can mend. */
export function fieldOf(path: string[]): WizardField {
  const [head, second] = path;
  if (head === "gitlabProjectId") return "project";
  if (head === "refKind") return "ref";
  if (head !== "settings") return (head ?? "name") as WizardField;
  switch (second) {
    case "ports":
      return "port";
    case "readinessProbe":
      return "readinessPath";
    case "exposure":
      return path.at(-1) === "port" ? "port" : "routes";
    case "resources":
      return path.join(".").includes("memory") ? "memoryMib" : "cpuCores";
    case "command":
    case "args":
    case "env":
    case "replicas":
    case "meshMode":
      return second;
    default:
      return "name";
  }
}

/** Which step shows a field, so that an error can take a person there. */
export const STEP_FIELDS: Record<1 | 2 | 3, readonly WizardField[]> = {
  1: ["teamId", "environmentId", "project", "ref", "name", "displayName", "language"],
  2: [
    "dockerfilePath",
    "buildStrategy",
    "port",
    "readinessPath",
    "size",
    "cpuCores",
    "memoryMib",
    "replicas",
    "meshMode",
    "command",
    "args",
    "env",
  ],
  3: ["routes"],
};
export function stepOf(field: WizardField): 1 | 2 | 3 {
  if (STEP_FIELDS[1].includes(field)) return 1;
  return STEP_FIELDS[3].includes(field) ? 3 : 2;
}
