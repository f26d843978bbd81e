/**
 * Distils the facts of Kubernetes types (fields, list keys, merge keys, enums, resources) from the documents that their
 * projects publish into sandbox/kubernetes/kinds/facts/, without descriptions (docs/decisions/0012).
 *   node scripts/kubernetes-facts.ts     needs `go`, whose module proxy serves the pinned sources
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { builtInGroups } from "./kubernetes-facts/built-in.ts";
import { type CustomResourceDefinition, customGroups, customResourceDefinition } from "./kubernetes-facts/custom.ts";
import { type Facts, lines, table } from "./kubernetes-facts/facts.ts";
import { messagesOf, openApiMessages } from "./kubernetes-facts/protobuf.ts";

const FACTS = "sandbox/kubernetes/kinds/facts";
const MESSAGES = "sandbox/kubernetes/api/protobuf";
const SOURCES = {
  kubernetes: "k8s.io/kubernetes@v1.36.3",
  istio: "istio.io/api@v1.31.4",
  prometheus: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
  gnostic: "github.com/google/gnostic-models@v0.7.1",
  traefik: "github.com/traefik/traefik/v3@v3.7.13",
};
/** Whose .proto files clients encode by. */
const PROTOBUF = ["k8s.io/api@v0.36.3", "k8s.io/apimachinery@v0.36.3"];
const CUSTOM = {
  [SOURCES.istio]: ["kubernetes/customresourcedefinitions.gen.yaml"],
  [SOURCES.prometheus]: ["prometheusrules", "servicemonitors", "podmonitors"].map(
    (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
  ),
  [SOURCES.traefik]: ["docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"],
};
/** What Kepler and its users touch of those projects. */
const WANTED =
  /^(gateways|virtualservices|destinationrules|serviceentries|sidecars|envoyfilters)\.networking\.istio\.io|\.security\.istio\.io|\.monitoring\.coreos\.com|^middlewares\.traefik\.io/;

const download = z.object({ Dir: z.string() });
const folderOf = (module: string): string =>
  download.parse(JSON.parse(execFileSync("go", ["mod", "download", "-json", module], { encoding: "utf8" }))).Dir;

function definitionsIn(module: string, files: readonly string[]): CustomResourceDefinition[] {
  const folder = folderOf(module);
  return files
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
    .map((document) => customResourceDefinition.parse(document.toJS()))
    .filter(({ metadata }) => WANTED.test(metadata.name));
}

function write(groups: Map<string, Facts>): void {
  for (const [group, facts] of groups) writeFileSync(join(FACTS, `${group}.json`), lines(facts));
}

const builtIn = builtInGroups(folderOf(SOURCES.kubernetes), SOURCES.kubernetes);
write(builtIn);
const types = [...builtIn.values()].flatMap(({ schemas }) => Object.keys(schemas));
const modules = Object.fromEntries(PROTOBUF.map((module) => [module.replace(/@.*/, ""), folderOf(module)]));
writeFileSync(join(MESSAGES, "messages.json"), `${table(messagesOf(types, modules))}\n`);
writeFileSync(join(MESSAGES, "openapi-v2.json"), `${table(openApiMessages(folderOf(SOURCES.gnostic)))}\n`);
for (const [module, files] of Object.entries(CUSTOM)) write(customGroups(definitionsIn(module, files), module));
