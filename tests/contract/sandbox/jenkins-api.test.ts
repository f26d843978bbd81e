import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { waitFor } from "#tests/world/wait-for";
import { type JenkinsGround, jobXml, pipelineOf, setUpJenkins } from "./jenkins-ground.ts";

const QUICK = pipelineOf("echo 'quick'");
const SLOW = pipelineOf("sh 'sleep 60'");

let jenkins: JenkinsGround;

beforeAll(async () => {
  jenkins = await setUpJenkins();
});

afterAll(() => jenkins.remove());

describe("access", () => {
  test("a password needs a crumb of the same session to write, an API token does not", async () => {
    const { url, user, password } = jenkins.access();
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const create = (headers: Record<string, string>) =>
      fetch(`${url}/createItem?name=crumbed`, {
        method: "POST",
        headers: { authorization, "content-type": "application/xml", ...headers },
        body: jobXml(QUICK),
      });
    expect((await create({})).status).toBe(403);
    const issued = await fetch(`${url}/crumbIssuer/api/json`, { headers: { authorization } });
    const { crumb, crumbRequestField } = z
      .object({ crumb: z.string(), crumbRequestField: z.string() })
      .parse(await issued.json());
    const cookie = issued.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await create({ [crumbRequestField]: crumb })).status).toBe(403);
    expect((await create({ [crumbRequestField]: crumb, cookie })).status).toBe(200);
    expect((await jenkins.create("tokened", jobXml(QUICK))).status).toBe(200);
  });

  test("without credentials everything is forbidden, with wrong ones unauthorized", async () => {
    const { url } = jenkins.access();
    expect((await fetch(`${url}/api/json`)).status).toBe(403);
    expect((await fetch(`${url}/api/json`, { headers: { authorization: "Basic YTpi" } })).status).toBe(401);
  });
});

describe("jobs", () => {
  test("a second job of the same name is refused with X-Error", async () => {
    await jenkins.create("twice", jobXml(QUICK));
    const second = await jenkins.create("twice", jobXml(QUICK));
    expect([second.status, second.headers.get("x-error")]).toEqual([400, "A job already exists with the name 'twice'"]);
  });

  test("a configuration comes back as XML 1.1 and can be replaced", async () => {
    await jenkins.create("changed", jobXml(QUICK));
    expect((await jenkins.put("/job/changed/config.xml", jobXml(SLOW))).status).toBe(200);
    const text = await (await jenkins.call("GET", "/job/changed/config.xml")).text();
    expect(text).toMatch(/^<\?xml version='1.1' encoding='UTF-8'\?>\n<flow-definition/);
    expect(text).toContain("sleep 60");
  });

  test("what is no job configuration is refused and changes nothing", async () => {
    expect((await jenkins.create("broken", "<flow-definition><a></flow-definition>")).status).toBe(500);
    expect((await jenkins.create("broken", "<project/>")).status).toBe(500);
    expect((await jenkins.call("GET", "/job/broken/api/json")).status).toBe(404);
  });

  test("folders hold jobs, and deleting a folder deletes them", async () => {
    await jenkins.create("team", "<com.cloudbees.hudson.plugins.folder.Folder/>");
    expect((await jenkins.put("/job/team/createItem?name=shop", jobXml(QUICK))).status).toBe(200);
    expect(await jenkins.json("/job/team/job/shop/api/json?tree=fullName")).toMatchObject({ fullName: "team/shop" });
    expect((await jenkins.call("POST", "/job/team/doDelete")).status).toBe(302);
    expect((await jenkins.call("GET", "/job/team/job/shop/api/json")).status).toBe(404);
  });

  test("tree keeps the named fields and ranges, in depth", async () => {
    await jenkins.create("treed", jobXml(QUICK, ["A"]));
    for (const value of ["1", "2", "3"])
      await jenkins.finished("treed", await jenkins.started((await jenkins.trigger("treed", { A: value })).item));
    const tree = "builds[number,actions[parameters[name,value]]]{0,2}";
    const view = z
      .object({ builds: z.array(z.looseObject({ number: z.number(), actions: z.array(z.unknown()) })) })
      .parse(await jenkins.json(`/job/treed/api/json?tree=${tree}`));
    expect(view.builds.map((build) => build.number)).toEqual([3, 2]);
    expect(view.builds[0]?.actions[0]).toMatchObject({ parameters: [{ name: "A", value: "3" }, { name: "UNUSED" }] });
    expect(view.builds[0]).not.toHaveProperty("url");
    expect((await jenkins.call("GET", "/job/treed/api/json?tree=builds[")).status).toBe(400);
  });
});

describe("queue", () => {
  test("an identical item that waits is found again with 303, another value makes another item", async () => {
    await jenkins.create("quiet", jobXml(QUICK, ["A"]));
    const first = await jenkins.trigger("quiet", { A: "1", UNDECLARED: "x" }, "");
    const same = await jenkins.trigger("quiet", { A: "1", UNDECLARED: "y" }, "");
    const other = await jenkins.trigger("quiet", { A: "2" }, "");
    expect([first.status, same.status, other.status]).toEqual([201, 303, 201]);
    expect(same.item).toBe(first.item);
    expect(await jenkins.json(`${first.item}api/json`)).toMatchObject({
      why: expect.stringContaining("In the quiet period"),
      buildable: false,
    });
    for (const { item } of [first, other]) {
      const id = /item\/(\d+)/.exec(item)?.[1] ?? "";
      expect((await jenkins.call("POST", `/queue/cancelItem?id=${id}`)).status).toBe(204);
      expect((await jenkins.call("POST", `/queue/cancelItem?id=${id}`)).status).toBe(404);
      expect(await jenkins.json(`${item}api/json`)).toMatchObject({ cancelled: true, executable: null });
    }
  });

  test("a third build waits for one of the two executors", async () => {
    await jenkins.create("busy", jobXml(SLOW, ["A"]));
    const numbers = await Promise.all(
      ["1", "2"].map(async (A) => jenkins.started((await jenkins.trigger("busy", { A })).item)),
    );
    const third = await jenkins.trigger("busy", { A: "3" });
    expect(await jenkins.json(`${third.item}api/json`)).toMatchObject({
      buildable: true,
      why: "Waiting for next available executor",
    });
    await jenkins.call("POST", `/job/busy/${numbers[0] ?? 0}/stop`);
    const number = await jenkins.started(third.item);
    for (const each of [...numbers, number]) await jenkins.call("POST", `/job/busy/${each}/kill`);
    for (const each of [...numbers, number]) expect((await jenkins.finished("busy", each)).result).toBe("ABORTED");
  });

  test("a parameterised job refuses build, and an unknown item is not found", async () => {
    await jenkins.create("asked", jobXml(QUICK));
    expect((await jenkins.call("POST", "/job/asked/build")).status).toBe(400);
    expect((await jenkins.call("GET", "/queue/item/99999/api/json")).status).toBe(404);
  });
});

describe("consoles", () => {
  test("progressive text counts bytes, joins without a gap, and starts again beyond the end", async () => {
    const script = pipelineOf("        sh 'for i in 1 2 3; do echo \"größe $i\"; sleep 0.1; done'");
    await jenkins.create("bytes", jobXml(script));
    const number = await jenkins.started((await jenkins.trigger("bytes")).item);
    const chunks: Buffer[] = [];
    await waitFor("the end of the console", async () => {
      const start = Buffer.concat(chunks).length;
      const response = await jenkins.call("GET", `/job/bytes/${number}/logText/progressiveText?start=${start}`);
      chunks.push(Buffer.from(await response.arrayBuffer()));
      expect(Number(response.headers.get("x-text-size"))).toBe(Buffer.concat(chunks).length);
      return response.headers.get("x-more-data") === null;
    });
    const whole = await jenkins.console("bytes", number);
    expect(Buffer.concat(chunks).toString()).toBe(whole);
    expect(whole).toContain("größe 3\n");
    expect(whole).toMatch(/Finished: SUCCESS\n$/);
    const beyond = await jenkins.call("GET", `/job/bytes/${number}/logText/progressiveText?start=999999`);
    expect(await beyond.text()).toBe(whole);
  });

  test("stages are described with their states", async () => {
    const script =
      "pipeline { agent any\n stages { stage('A') { steps { echo 'a' } }\n stage('B') { steps { error 'no' } }\n stage('C') { steps { echo 'c' } } } }";
    const { console } = await jenkins.run("staged", script);
    const describeSchema = z.object({
      status: z.string(),
      stages: z.array(z.looseObject({ name: z.string(), status: z.string() })),
    });
    const { status, stages } = describeSchema.parse(await jenkins.json("/job/staged/lastBuild/wfapi/describe"));
    expect([status, ...stages.map((stage) => `${stage.name} ${stage.status}`)]).toEqual([
      "FAILED",
      "A SUCCESS",
      "B FAILED",
      "C NOT_EXECUTED",
    ]);
    expect(console).toContain('Stage "C" skipped due to earlier failure(s)');
    expect(console).toMatch(/ERROR: no\nFinished: FAILURE\n$/);
  });
});

describe("credentials", () => {
  const xml = (password: string) =>
    `<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl><scope>GLOBAL</scope><id>git</id><username>bot</username><password>${password}</password></com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>`;
  const store = "/credentials/store/system/domain/_";

  test("are created once, replaced, bound to variables, masked, and never read back", async () => {
    expect((await jenkins.put(`${store}/credential/git/config.xml`, xml("x"))).status).toBe(404);
    expect((await jenkins.put(`${store}/createCredentials`, xml("first&amp;secret"))).status).toBe(200);
    expect((await jenkins.put(`${store}/createCredentials`, xml("x"))).status).toBe(409);
    expect((await jenkins.put(`${store}/credential/git/config.xml`, xml("second-secret"))).status).toBe(200);
    const steps = `withCredentials([usernamePassword(credentialsId: 'git', usernameVariable: 'U', passwordVariable: 'P')]) {
      sh 'set +x; echo "$U:$P"; printf second-; sleep 0.05; echo secret; test "$P" = second-"secret"'
    }`;
    const { result, console } = await jenkins.run("bound", pipelineOf(steps));
    expect(result).toBe("SUCCESS");
    expect(console).toContain("bot:****\n****\n");
    expect(console).not.toContain("second-secret");
    expect(await (await jenkins.call("GET", `${store}/credential/git/config.xml`)).text()).not.toContain(
      "second-secret",
    );
  });
});

describe("restart", () => {
  test("jobs, builds, consoles and the queue are there again; what ran is aborted and says why", async () => {
    await jenkins.create("kept", jobXml(SLOW, ["A"]));
    const number = await jenkins.started((await jenkins.trigger("kept", { A: "1" })).item);
    const { status } = await jenkins.trigger("kept", { A: "2" }, "?delay=600sec");
    expect(status).toBe(201);
    await jenkins.restart();
    expect((await jenkins.finished("kept", number)).result).toBe("ABORTED");
    expect(await jenkins.console("kept", number)).toMatch(/Finished: ABORTED\n$/);
    expect(await jenkins.json("/queue/api/json?tree=items[task[name],actions[parameters[name,value]]]")).toMatchObject({
      items: [{ task: { name: "kept" }, actions: [{ parameters: [{ name: "A", value: "2" }, {}] }, {}, {}, {}, {}] }],
    });
  });
});
