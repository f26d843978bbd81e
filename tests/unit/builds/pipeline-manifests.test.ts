import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOurJob, jobConfig, jobDiffers, type Pipeline } from "#lib/builds/pipeline-manifests";

const pipeline: Pipeline = {
  appId: "0197-app",
  app: "shop",
  repositoryUrl: "http://gitlab/samples/shop.git",
  dockerfilePath: "Dockerfile",
  language: "nodejs",
  buildStrategy: "dockerfile",
  gitCredential: null,
  registryCredential: null,
  registryHost: "registry:5000",
};

describe("the job's configuration", () => {
  it("declares every parameter, because Jenkins drops the others without a word", () => {
    const config = jobConfig(pipeline);
    for (const name of [
      "KEPLER_BUILD_ID",
      "KEPLER_COMMIT",
      "KEPLER_IMAGE",
      "KEPLER_CALLBACK_URL",
      "KEPLER_CALLBACK_TOKEN",
    ]) {
      expect(config).toContain(`<name>${name}</name>`);
    }
  });

  it("keeps any path inside its quotes: neither Groovy nor XML is broken by it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (path) => {
        const script = scriptOf(jobConfig({ ...pipeline, dockerfilePath: path }));
        const line = script.split("\n").find((text) => text.includes("KEPLER_DOCKERFILE =")) ?? "";
        const literal = /^ {4}KEPLER_DOCKERFILE = '((?:[^'\\]|\\.)*)'$/.exec(line)?.[1];
        expect(literal?.replace(/\\(.)/g, (_all, char: string) => (char === "n" ? "\n" : char))).toBe(path);
      }),
    );
  });

  it("compiles first only with the language's strategy", () => {
    expect(scriptOf(jobConfig(pipeline))).not.toContain("Compile");
    expect(scriptOf(jobConfig({ ...pipeline, buildStrategy: "language" }))).toContain("npm ci");
  });

  it("names credentials and never holds one", () => {
    const script = scriptOf(jobConfig({ ...pipeline, gitCredential: "kepler-gitlab" }));
    expect(script).toContain("credentialsId: 'kepler-gitlab'");
  });

  it("differs from what Jenkins has only when script, parameters or description do", () => {
    const wanted = jobConfig(pipeline);
    const rewritten = wanted.replace('plugin="workflow-job"', 'plugin="workflow-job@1400"').replaceAll("&apos;", "'");
    expect(jobDiffers(wanted, rewritten)).toBe(false);
    expect(jobDiffers(wanted, wanted.replace("docker push", "docker tag"))).toBe(true);
  });

  it("is known as ours by its description", () => {
    expect(isOurJob(jobConfig(pipeline), "0197-app")).toBe(true);
    expect(isOurJob(jobConfig(pipeline), "another")).toBe(false);
    expect(isOurJob("<flow-definition><description>mine</description></flow-definition>", "0197-app")).toBe(false);
  });
});

function scriptOf(config: string): string {
  const text = /<script>([^<]*)<\/script>/.exec(config)?.[1] ?? "";
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
