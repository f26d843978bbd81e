import { describe, expect, it } from "vitest";
import { EnvError, parseEnv } from "#lib/platform/env";

const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString("base64");
const enough = {
  DATABASE_URL: "postgres://kepler:secret@127.0.0.1:5432/kepler",
  KEPLER_SESSION_SECRET: "s".repeat(40),
  KEPLER_ENCRYPTION_KEY: KEY,
};
const problemsOf = (source: Record<string, string>): string[] => {
  try {
    parseEnv(source);
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
};

describe("the environment", () => {
  it("is complete with a database and two secrets; every system is then absent", () => {
    expect(parseEnv(enough)).toMatchObject({
      mode: "sandbox",
      gitlab: null,
      jenkins: null,
      registry: null,
      kubernetes: null,
    });
  });

  it("says where a worker's terminals listen, also on IPv6", () => {
    const listen = (place: string) => parseEnv({ ...enough, KEPLER_WORKER_LISTEN: place }).workerListen;
    expect(listen("127.0.0.1:7110")).toEqual({ host: "127.0.0.1", port: 7110 });
    expect(listen("[::1]:7110")).toEqual({ host: "::1", port: 7110 });
    expect(listen("")).toBeNull();
    expect(problemsOf({ ...enough, KEPLER_WORKER_LISTEN: "7110" })).toEqual(["KEPLER_WORKER_LISTEN must be host:port"]);
  });

  it("names each variable that is missing, and never a value", () => {
    const problems = problemsOf({ KEPLER_SESSION_SECRET: "hunter2" });
    expect(problems.join("\n")).toMatch(/DATABASE_URL/);
    expect(problems.join("\n")).toMatch(/KEPLER_ENCRYPTION_KEY/);
    expect(problems.join("\n")).not.toContain("hunter2");
  });

  it("refuses keys that are short or no randomness", () => {
    for (const bytes of [Buffer.alloc(32), Buffer.from("short")]) {
      expect(problemsOf({ ...enough, KEPLER_ENCRYPTION_KEY: bytes.toString("base64") })).toHaveLength(1);
    }
  });

  it("asks for all that a configured system needs", () => {
    expect(problemsOf({ ...enough, GITLAB_URL: "https://gitlab.test", JENKINS_URL: "https://jenkins.test" })).toEqual([
      "GITLAB_TOKEN is needed with GITLAB_URL",
      "JENKINS_USER is needed with JENKINS_URL",
      "JENKINS_TOKEN is needed with JENKINS_URL",
    ]);
  });

  it("refuses a dashboard's address that asks for what there is not", () => {
    const grafana = (url: string) => problemsOf({ ...enough, GRAFANA_URL: url });
    expect(grafana("https://grafana.test/d/x?ns={namespace}&from={from}")).toEqual([]);
    expect(grafana("https://grafana.test/{token}")).toEqual([
      "GRAFANA_URL may have only these in braces: app, namespace, environment, cluster, from, to",
    ]);
    expect(grafana("javascript:alert(1)")).toEqual(["GRAFANA_URL must be an http(s) address"]);
  });

  it("takes several addresses for collected lines, and no password, which would stand in a ConfigMap", () => {
    const elasticsearch = (url: string) => parseEnv({ ...enough, ELASTICSEARCH_URL: url }).elasticsearch;
    expect(elasticsearch("http://one:9200/, http://two:9200")).toEqual({
      hosts: ["http://one:9200", "http://two:9200"],
    });
    expect(elasticsearch("")).toBeNull();
    const [problem] = problemsOf({ ...enough, ELASTICSEARCH_URL: "http://elastic:hunter2@one:9200" });
    expect(problem).toMatch(/^ELASTICSEARCH_URL.* must not hold a password$/);
    expect(problem).not.toContain("hunter2");
  });

  it("takes an empty variable for one that is not set, and drops a slash at the end of addresses", () => {
    const env = parseEnv({ ...enough, GITLAB_URL: "", REGISTRY_URL: "http://127.0.0.1:7103/" });
    expect(env.gitlab).toBeNull();
    expect(env.registry).toEqual({ url: "http://127.0.0.1:7103", host: "127.0.0.1:7103", user: null, token: null });
  });
});
