import { randomBytes } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { configuredLogOutput } from "#lib/releases/log-output";
import { renderManifests } from "#lib/releases/manifests";
import { plainSpec } from "./plain-spec.ts";

beforeAll(() => {
  process.env.DATABASE_URL = "postgres://nobody@127.0.0.1:1/none";
  process.env.KEPLER_SESSION_SECRET = "x".repeat(32);
  process.env.KEPLER_ENCRYPTION_KEY = randomBytes(32).toString("base64");
  process.env.ELASTICSEARCH_URL = "http://one:9200,http://two:9200";
  process.env.FILEBEAT_IMAGE = "mirror.test/filebeat:9";
});

it("collected lines go where the installation says, by the image that it says", () => {
  const spec = plainSpec({ logCollection: { directory: "/var/log/shop", include: "*.log", multiline: null } });
  const app = { id: "0190b6a0-0000-7000-8000-000000000001", name: "shop" };
  const logOutput = configuredLogOutput();
  const input = { app, namespace: "dev", spec, releaseNumber: 1, podRelease: 1, logOutput };
  const manifests = renderManifests(input);
  const of = (wanted: string) => manifests.find(({ kind }) => kind === wanted);
  expect(parse(Object(of("ConfigMap")?.data)["filebeat.yml"])).toMatchObject({
    "output.elasticsearch": { hosts: ["http://one:9200", "http://two:9200"] },
  });
  expect(of("Deployment")).toMatchObject({
    spec: { template: { spec: { initContainers: [{ name: "filebeat", image: "mirror.test/filebeat:9" }] } } },
  });
});
