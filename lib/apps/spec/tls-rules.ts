import { type z } from "zod";
import { type Domain, domainOf } from "./domain-rules.ts";
import { type specTls } from "./network-schema.ts";
import { type StoredSettings } from "./stored-schema.ts";

type Exposure = NonNullable<StoredSettings["exposure"]>;
type Tls = z.infer<typeof specTls>;

/** An exposure with TLS for the hosts whose domain has a Secret: each Secret with its hosts, as gateways want it. */
export function withTls(exposure: Exposure, domains: readonly Domain[]): Exposure {
  const { tls: _, ...plain } = exposure;
  const named = [...new Set(exposure.routes.map(({ host }) => host))].flatMap((host) => {
    const secretName = domainOf(host, domains)?.tlsSecret;
    return secretName ? [{ host, secretName }] : [];
  });
  const tls = [...Map.groupBy(named, ({ secretName }) => secretName)].map(
    ([secretName, of]): Tls => ({ secretName, hosts: of.map(({ host }) => host) }),
  );
  return tls.length === 0 ? plain : { ...plain, tls };
}

/** Is a host served with TLS? */
export const isSecure = ({ tls = [] }: Pick<Exposure, "tls">, host: string): boolean =>
  tls.some(({ hosts }) => hosts.includes(host));
