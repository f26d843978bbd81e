import { expect, test } from "vitest";
import { certificateProblem } from "#lib/clusters/certificate-problem";
import { selfSigned } from "#sandbox/kubernetes/api/certificate";

const DAY_MS = 86_400_000;
const now = new Date("2026-03-01T12:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);

function holding(dnsNames: string[], days: number, type = "kubernetes.io/tls") {
  const { cert, key } = selfSigned({ commonName: "any", dnsNames, validFrom: inDays(-90), validTo: inDays(days) });
  const data = { "tls.crt": Buffer.from(cert).toString("base64"), "tls.key": Buffer.from(key).toString("base64") };
  return { type, data };
}
const problem = (object: object | "hidden" | null, ...hosts: string[]) =>
  certificateProblem(object, { secret: "istio-system/shop", hosts, now });

test("a certificate that is for the hosts and lasts is no problem", () => {
  expect(problem(holding(["*.shop.example", "shop.example"], 15), "a.shop.example", "shop.example")).toBeNull();
});

test.each([
  ["missing", null, "The Secret istio-system/shop with the certificate of a.shop.example does not exist."],
  [
    "hidden",
    "hidden" as const,
    "Kepler's account may not read the Secret istio-system/shop, so the certificate of a.shop.example cannot be checked.",
  ],
  [
    "wrong-type",
    holding(["a.shop.example"], 90, "Opaque"),
    "The Secret istio-system/shop is not of type kubernetes.io/tls.",
  ],
  [
    "unreadable",
    { type: "kubernetes.io/tls", data: { "tls.crt": "bm9uZQ==" } },
    "The Secret istio-system/shop holds no certificate that can be read.",
  ],
  [
    "expired",
    holding(["a.shop.example"], 0),
    "The certificate in istio-system/shop has expired on 2026-03-01: visitors of a.shop.example are warned or turned away.",
  ],
  ["expiring", holding(["a.shop.example"], 14), "The certificate in istio-system/shop expires on 2026-03-15."],
])("%s is told in words, with what to do next", (is, object, message) => {
  expect(problem(object, "a.shop.example")).toMatchObject({ is, error: { message, next: expect.any(String) } });
});

test("a wildcard's certificate has to be one for all that is one label below it", () => {
  expect(problem(holding(["*.shop.example"], 90), "*.shop.example")).toBeNull();
  expect(problem(holding(["a.shop.example"], 90), "*.shop.example")).toMatchObject({ is: "uncovered" });
});

test("hosts that it is not for are named, also those two labels below a wildcard", () => {
  expect(problem(holding(["*.shop.example"], 90), "a.shop.example", "a.b.shop.example", "other.example")).toMatchObject(
    {
      is: "uncovered",
      error: { message: "The certificate in istio-system/shop is not for a.b.shop.example, other.example." },
    },
  );
});

test("nothing that is said holds the key", () => {
  const object = holding(["other.example"], 0);
  const said = JSON.stringify(problem(object, "a.shop.example"));
  expect(said).not.toContain(object.data["tls.key"].slice(0, 40));
  expect(said).not.toContain("PRIVATE KEY");
});
