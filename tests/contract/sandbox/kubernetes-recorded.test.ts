import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admin } from "#sandbox/kubernetes/api/access";
import { certificateIn } from "#sandbox/kubernetes/api/certificate";
import { Lists } from "#sandbox/kubernetes/api/list";
import { scaleHandler } from "#sandbox/kubernetes/api/scale";
import { type ApiServer, startApiServer } from "#sandbox/kubernetes/api/server";
import { Resources } from "#sandbox/kubernetes/store/resources";
import { Store } from "#sandbox/kubernetes/store/store";
import { openEntrance } from "#sandbox/platform/entrance";
import { type Answer, record } from "./kubernetes-recorded/recording.ts";
import { REQUESTS } from "./kubernetes-recorded/requests.ts";

/*
 * What a real kube-apiserver (v1.36.3, with neither controllers nor the ServiceAccount admission) answered to the
 * requests of requests.ts stands in answers.json; the sandbox's API server, alone too, must answer the same. To record
 * anew, name a fresh one: KEPLER_RECORD_KUBERNETES_URL and _TOKEN (and NODE_TLS_REJECT_UNAUTHORIZED=0).
 */
const ANSWERS = join(import.meta.dirname, "kubernetes-recorded", "answers.json");

/** Where we answer otherwise on purpose, and why. */
const OTHERWISE: Record<string, string> = {
  "fills in a claim": "no finalizer that protects what is in use: nothing here would take it off",
  "prints persistentvolumeclaims as a table": "the same",
  "fills in a volume": "the same, and no time of its last phase",
  "prints a volume": "the same",
  "fills in an autoscaler": "a null that says nothing is left out",
  "takes an autoscaler in version 1": "fields are owned in the version that is stored",
  "prints horizontalpodautoscalers as a table": "the same",
  "asks what it may do": "nobody owns fields of a question",
  "refuses a label selector": "the parser has one sentence for all that it cannot read",
  "refuses a continue token": "the words of another JSON parser",
  "refuses what is not JSON": "the words of another JSON parser",
  "refuses a list as an object": "the words of another JSON parser",
  "keeps a claim's spec": "one sentence instead of two for one fault",
  "owns list items by their keys": "what was scaled is owned since a time, as all else",
  "prints deployments as a table": "the same",
  "refuses a Service with nameless ports": "no second sentence for the port's copy",
  "prints limitranges as a table": "no rows are an empty list, not null",
};

const { KEPLER_RECORD_KUBERNETES_URL: url, KEPLER_RECORD_KUBERNETES_TOKEN: token } = process.env;

describe.skipIf(url !== undefined)("the API server", () => {
  let home = "";
  let store: Store;
  let server: ApiServer;
  let ours: ReadonlyMap<string, Answer>;
  let real: Record<string, Answer>;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "kepler-recorded-"));
    const now = () => new Date();
    store = new Store(home);
    const resources = new Resources(store, now);
    server = await startApiServer({
      api: {
        resources,
        lists: new Lists(store, now),
        now,
        bookmarkEveryMs: 60_000,
        subresources: new Map([["*/scale", scaleHandler(resources)]]),
        measured: new Map(),
      },
      connects: new Map(),
      users: [{ token: "recorded", user: admin }],
      port: 0,
      entrance: openEntrance,
      certificate: certificateIn(home, now()),
      logger: pino({ level: "silent" }),
    });
    ours = await record(`http://127.0.0.1:${server.port}`, "recorded", REQUESTS);
    real = JSON.parse(await readFile(ANSWERS, "utf8")) as Record<string, Answer>;
  });
  afterAll(async () => {
    await server.stop();
    store.close();
    await rm(home, { recursive: true, force: true });
  });

  it.for(REQUESTS.map(({ name }) => name).filter((name) => OTHERWISE[name] === undefined))(
    "answers as the real one when it %s",
    (name) => {
      expect(ours.get(name)).toEqual(real[name]);
    },
  );

  it("answers with the real one's status where it has other words", () => {
    const names = Object.keys(OTHERWISE);
    expect(names.map((name) => [name, ours.get(name)?.status])).toEqual(
      names.map((name) => [name, real[name]?.status]),
    );
  });
});

it.runIf(url !== undefined)("records a real API server", async () => {
  const answers = await record(url ?? "", token ?? "", REQUESTS);
  const lines = [...answers].map(([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer)}`);
  await writeFile(ANSWERS, `{\n${lines.join(",\n")}\n}\n`);
  expect(answers.size).toBe(REQUESTS.length);
});
