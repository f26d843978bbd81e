import "server-only";
import { z } from "zod";
import { type Domain } from "#lib/apps/spec/domain-rules";
import { contradicted, ownHosts } from "#lib/apps/spec/egress-rules";
import { specEgress } from "#lib/apps/spec/egress-schema";
import { type Path } from "#lib/apps/spec/problem";
import { type AppSpec } from "#lib/apps/spec-schema";
import { Prisma, type Tx } from "#lib/platform/db";
import { Invalid } from "#lib/platform/errors";
import { IN_FLIGHT } from "../release-rules.ts";

type Here = { appId: string; environment: { id: string; domains: readonly Domain[] } };

/**
 * What a service says of calls to the outside, held against what stands around it: the mesh, the environment's own names,
 * and what services beside it say of the same hosts. Throws Invalid, with the field.
 */
export async function refuseImpossibleEgress(
  tx: Pick<Tx, "environment" | "$queryRaw">,
  { appId, environment }: Here,
  before: Pick<AppSpec, "egress"> | null,
  { egress, meshMode }: Pick<AppSpec, "egress" | "meshMode">,
): Promise<void> {
  if (egress === null) return;
  if (meshMode !== "mesh") {
    throw new Invalid("Outside of the mesh nobody keeps to where a service may call, and how.", {
      fields: [{ path: "settings.egress", message: "egress.not-in-mesh" }],
      next: "Leave it in the mesh, or say nothing of its calls to the outside first.",
    });
  }
  const rows = await tx.environment.findMany({ select: { namespace: true } });
  const place = { domains: environment.domains, namespaces: rows.map(({ namespace }) => namespace) };
  const own = ownHosts(before?.egress ?? null, egress, place);
  if (own.length > 0) {
    throw new Invalid("These names are the cluster's or the environment's own, not outside.", {
      fields: own.map(({ path, message }) => ({ path: fieldOf(path), message })),
      next: "Leave them out: a service may always call others of the cluster.",
    });
  }
  const [first, ...more] = contradicted(egress, await egressBeside(tx, { appId, environmentId: environment.id }));
  if (first === undefined) return;
  throw new Invalid(
    `${first.app} says something else of ${first.host}, and the mesh keeps to one of the two for both services.`,
    {
      fields: [first, ...more].map(({ path }) => ({ path: fieldOf(path), message: "egress.contradicted" })),
      next: "Say the same of this host in both, or take it out of one of them first.",
    },
  );
}

const fieldOf = (path: Path): string => ["settings", ...path].join(".");

const besideRow = z.object({ app: z.string(), egress: specEgress });

/** What the other services of an environment say, as their newest releases want it that are done or in flight. Index: releases_app_id_environment_id_number_key. */
async function egressBeside(
  tx: Pick<Tx, "$queryRaw">,
  { appId, environmentId }: { appId: string; environmentId: string },
): Promise<z.infer<typeof besideRow>[]> {
  const wanted = Prisma.join(["done", ...IN_FLIGHT].map((state) => Prisma.sql`${state}::"ReleaseState"`));
  const rows = await tx.$queryRaw<unknown[]>`
    select app.name as app, basis.egress
    from apps app
    join lateral (
      select r.spec -> 'egress' as egress from releases r
      where r.app_id = app.id and r.environment_id = ${environmentId}::uuid and r.state in (${wanted})
      order by r.number desc limit 1
    ) basis on jsonb_typeof(basis.egress) = 'object'
    where app.retired_at is null and app.id <> ${appId}::uuid
    order by app.name`;
  return z.array(besideRow).parse(rows);
}
