import { z } from "zod";
import { type CreateAppInput, createAppInput, listTeamsResult, searchRepositoriesResult } from "#lib/apps/schema";
import { type AppSettingsInput, DEFAULT_STRATEGY, RESOURCE_PRESETS, SPEC_VERSION } from "#lib/apps/spec-schema";
import { environmentView } from "#lib/clusters/schema";
import { type Session } from "./session.ts";

type Wanted = { name: string; sample: string; displayName?: string | null; settings?: Partial<AppSettingsInput> };

const environmentList = z.object({ rows: z.array(environmentView) });

/** What the wizard would send for a sample of the sandbox in the environment dev, with what is wanted otherwise. */
export async function serviceInput(session: Session, wanted: Wanted): Promise<CreateAppInput> {
  const { name, sample, displayName = null, settings = {} } = wanted;
  const { rows: teams } = await session.get("/api/teams", listTeamsResult);
  const { rows: environments } = await session.get("/api/environments", environmentList);
  const { rows: repositories } = await session.get(`/api/repositories?q=${sample}`, searchRepositoriesResult);
  const environment = environments.find((each) => each.name === "dev");
  const [team, repository] = [teams[0], repositories[0]];
  if (!team || !environment || !repository)
    throw new Error(`the sandbox has no team, no environment dev or no ${sample}`);
  const host = `${name}.${environment.domain.replace(/:\d+$/, "")}`;
  return createAppInput.parse({
    teamId: team.id,
    environmentId: environment.id,
    name,
    displayName,
    gitlabProjectId: repository.id,
    ref: "main",
    refKind: "branch",
    language: sample === "node-hello" ? "nodejs" : "other",
    dockerfilePath: "Dockerfile",
    buildStrategy: "dockerfile",
    buildOnPush: false,
    settings: {
      schemaVersion: SPEC_VERSION,
      replicas: 1,
      resources: RESOURCE_PRESETS.small,
      ports: [{ name: "http", port: 8080, protocol: "http" }],
      command: [],
      args: [],
      env: [],
      readinessProbe: { path: "/healthz", port: 8080, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
      meshMode: "normal",
      exposure: { gatewayClass: "ingress", routes: [{ host, path: "/", pathType: "prefix", port: 8080 }] },
      strategy: DEFAULT_STRATEGY,
      restartedAt: null,
      ...settings,
    },
    draftId: null,
    idempotencyKey: crypto.randomUUID(),
  });
}
