import fc from "fast-check";
import { type ExternalHost } from "#lib/apps/spec/egress-schema";
import { type AppSpec } from "#lib/apps/spec-schema";

const PLAIN = { addresses: [], timeoutMs: null, retries: null };
const port = (number: number, protocol: "http" | "tls" | "tcp", more: Partial<ExternalHost["ports"][number]> = {}) => ({
  ...{ port: number, protocol, targetPort: null, originateTls: false },
  ...more,
});

/** Hosts outside that go together, each in a few ways. */
const HOSTS: ExternalHost[] = [
  { ...PLAIN, name: "api.bank.example", ports: [port(443, "tls")] },
  {
    ...{ name: "rates.bank.example", addresses: [], timeoutMs: 2000 },
    ports: [port(80, "http", { targetPort: 443, originateTls: true }), port(8080, "http")],
    retries: { attempts: 3, perTryTimeoutMs: 500, on: ["5xx", "reset"] },
  },
  { ...PLAIN, name: "old.bank.example", ports: [port(80, "http")], addresses: ["192.0.2.7", "2001:db8::7"] },
  { ...PLAIN, name: "db.bank.example", ports: [port(5432, "tcp")], addresses: ["192.0.2.8"] },
  { ...PLAIN, name: "*.cdn.example", ports: [port(443, "tls"), port(80, "http")] },
];

export const egressArbitrary: fc.Arbitrary<AppSpec["egress"]> = fc.option(
  fc
    .record({
      reach: fc.constantFrom("anything" as const, "declared" as const),
      hosts: fc.uniqueArray(fc.constantFrom(...HOSTS), { maxLength: 3, selector: ({ name }) => name }),
    })
    .map((egress) => (egress.hosts.length === 0 ? { ...egress, reach: "declared" as const } : egress)),
);
