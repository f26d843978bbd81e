import { z } from "zod";
import { route } from "#lib/access/route";
import { removeDomain, setDomain } from "#lib/releases/domains/change-domains";
import { removeDomainInput, setDomainInput } from "#lib/releases/domains/schema";

export const PUT = route(
  {
    permission: "environment.edit",
    input: setDomainInput,
    output: z.undefined(),
    scope: { environment: "id" },
    action: "domain.set",
  },
  async ({ input: { name, below, tlsSecret }, scope, db, audit }) => {
    const { id, name: environment } = scope.environment;
    audit({ kind: "environment", id, name: environment, detail: { domain: name, below, tlsSecret } });
    await setDomain(db, id, { name, below, tlsSecret });
  },
);

export const DELETE = route(
  {
    permission: "environment.edit",
    input: removeDomainInput,
    output: z.undefined(),
    scope: { environment: "id" },
    action: "domain.remove",
  },
  async ({ input: { name }, scope, db, audit }) => {
    const { id, name: environment } = scope.environment;
    audit({ kind: "environment", id, name: environment, detail: { domain: name } });
    await removeDomain(db, id, name);
  },
);
