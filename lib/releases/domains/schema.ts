import { z } from "zod";
import { dnsName } from "#lib/apps/spec/names-schema";
import { domainSchema } from "#lib/clusters/schema";

/** A domain of an environment, and what uses it: routes of releases that are done or on their way. */
export const domainView = domainSchema.extend({
  /** The environment's own: only its Secret can be changed. */
  own: z.boolean(),
  routes: z.number().int(),
  /** Of these, the services that the asker may see. */
  services: z.array(z.string()),
});
export type DomainView = z.infer<typeof domainView>;

export const domainsView = z.object({ rows: z.array(domainView) });
export type DomainsView = z.infer<typeof domainsView>;

export const listDomainsInput = z.object({ id: z.uuid() });
export const removeDomainInput = z.object({ id: z.uuid(), name: dnsName });
export const setDomainInput = removeDomainInput.extend({
  below: domainSchema.shape.below,
  tlsSecret: domainSchema.shape.tlsSecret,
});
