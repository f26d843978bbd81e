import fc from "fast-check";
import { expect, test } from "vitest";
import { domainOf, domainsOf, outsideError, outsideRoutes, printDomain } from "#lib/apps/spec/domain-rules";
import { isSecure, withTls } from "#lib/apps/spec/tls-rules";

const domains = domainsOf({
  domain: "dev.localhost:7105",
  tlsSecret: null,
  domains: [
    { name: "shop.example", below: true, tlsSecret: null },
    { name: "pay.shop.example", below: false, tlsSecret: null },
  ],
});
const routes = (...hosts: string[]) => ({ routes: hosts.map((host) => ({ host })) });

test("a host belongs to the nearest domain that is it or lies above it, and a domain of one host has no host below", () => {
  const found = (host: string) => domainOf(host, domains)?.name;
  expect(found("dev.localhost")).toBe("dev.localhost");
  expect(found("a.b.dev.localhost")).toBe("dev.localhost");
  expect(found("xdev.localhost")).toBeUndefined();
  expect(found("shop.example")).toBe("shop.example");
  expect(found("pay.shop.example")).toBe("pay.shop.example");
  expect(found("x.pay.shop.example")).toBe("shop.example");
  expect(found("example")).toBeUndefined();
  expect(domains.map(printDomain)).toEqual(["*.dev.localhost", "*.shop.example", "pay.shop.example"]);
});

test("only hosts that a service has not got there are asked about, each at its field", () => {
  const wanted = routes("a.dev.localhost", "old.example", "new.example");
  expect(outsideRoutes(routes("old.example"), wanted, domains)).toEqual([{ host: "new.example", index: 2 }]);
  expect(outsideRoutes(wanted, wanted, [])).toEqual([]);
  expect(outsideRoutes(wanted, null, [])).toEqual([]);
  expect(outsideError(null, wanted, { name: "dev", domains })).toMatchObject({
    code: "invalid",
    message:
      "Outside of the domains of dev (*.dev.localhost, *.shop.example, pay.shop.example): old.example, new.example.",
    fields: [
      { path: "settings.exposure.routes.1.host", message: "host.outside-domains" },
      { path: "settings.exposure.routes.2.host", message: "host.outside-domains" },
    ],
  });
});

test("one more domain never makes a host outside, and one less never one inside", () => {
  const label = fc.constantFrom("a", "b", "c");
  const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
  const list = fc.array(fc.record({ name, below: fc.boolean() }), { maxLength: 4 });
  fc.assert(
    fc.property(name, list, list, (host, some, more) => {
      if (domainOf(host, some)) expect(domainOf(host, [...more, ...some])).toBeDefined();
    }),
  );
});

test("each host has the certificate of its nearest domain, and what an old Spec says of certificates counts for nothing", () => {
  const named = domains.map((domain) =>
    domain.name === "dev.localhost" ? domain : { ...domain, tlsSecret: domain.name },
  );
  const route = (host: string) => ({ host, path: "/", pathType: "prefix" as const, port: 80 });
  const exposure = {
    gatewayClass: "istio" as const,
    tls: [{ secretName: "old", hosts: ["a.dev.localhost"] }],
    routes: ["a.dev.localhost", "x.shop.example", "pay.shop.example", "x.shop.example"].map(route),
  };
  const secured = withTls(exposure, named);
  expect(secured.tls).toEqual([
    { secretName: "shop.example", hosts: ["x.shop.example"] },
    { secretName: "pay.shop.example", hosts: ["pay.shop.example"] },
  ]);
  expect(exposure.routes.map(({ host }) => isSecure(secured, host))).toEqual([false, true, true, true]);
  expect("tls" in withTls(exposure, domains)).toBe(false);
});
