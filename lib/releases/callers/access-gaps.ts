import "server-only";
import { isLimited, isShutTo } from "#lib/apps/spec/access-rules";
import { carrierOf } from "#lib/apps/spec/gateway-rules";
import { type AppSpec, appSpec } from "#lib/apps/spec-schema";
import { type Tx } from "#lib/platform/db";
import { type FieldError, Invalid } from "#lib/platform/errors";

/**
 * What limits callers, held against what stands around the service, whoever asks for the release: the mesh, the gateway that
 * carries its routes now, and the accounts of those that it names. Throws Invalid, with the field.
 */
export async function refuseImpossibleAccess(
  tx: Pick<Tx, "release">,
  here: { environmentId: string },
  { access, exposure, meshMode }: AppSpec,
): Promise<void> {
  if (isLimited(access) && meshMode !== "mesh") {
    throw new Invalid("Outside of the mesh nobody asks who calls: what limits its callers would have no effect.", {
      fields: [{ path: "settings.access", message: "access.not-in-mesh" }],
      next: "Leave it in the mesh, or let anybody call it first.",
    });
  }
  if (exposure && isShutTo(carrierOf(exposure), access)) {
    throw new Invalid(
      "Traefik has no identity in the mesh: it would be refused by a service that takes known callers only.",
      {
        fields: [{ path: "settings.access", message: "access.ingress" }],
        next: "Leave its routes at Istio's gateway, or let anybody call it again first.",
      },
    );
  }
  const services = access?.callers?.services ?? [];
  if (services.length === 0) return;
  const imported = await accountsOfImported(tx, here, services);
  const fields = services.flatMap((name, i): FieldError[] => {
    const account = imported.get(name) ?? name;
    if (account === name) return [];
    return [{ path: `settings.access.callers.services.${i}`, message: "access.shared-account" }];
  });
  if (fields.length === 0) return;
  throw new Invalid(
    "Pods of an imported service run under an account that is not its own, so the mesh cannot tell it apart.",
    {
      fields,
      next: "Name its namespace among the callers instead of the service.",
    },
  );
}

/** Imported workloads keep the account that they were found with; without one it is the namespace's default. */
async function accountsOfImported(
  tx: Pick<Tx, "release">,
  { environmentId }: { environmentId: string },
  names: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.release.findMany({
    where: { environmentId, kind: "import", app: { name: { in: [...names] }, retiredAt: null } },
    orderBy: { number: "asc" },
    select: { spec: true, app: { select: { name: true } } },
  });
  return new Map(
    rows.map(({ app, spec }) => [app.name, appSpec.parse(spec).adopted?.serviceAccount ?? "default"] as const),
  );
}
