import fc from "fast-check";
import { expect, test } from "vitest";
import { domainOf, domainsOf, outsideError, outsideRoutes, printDomain } from "#lib/apps/spec/domain-rules";

const domains = domainsOf({
  domain: "dev.localhost:7105",
  domains: [
    { name: "shop.example", below: true },
    { name: "pay.shop.example", below: false },
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
