import "server-only";
import { Conflict, Invalid, NotFound } from "#lib/platform/errors";
import { notItsProtocol } from "../http/failures.ts";
import { parseJson, request, requestJson } from "../http/request.ts";
import { basicAuthorization, type Fetch, type HttpTarget, withoutTrailingSlash } from "../http/target.ts";
import { buildVerbs } from "./builds.ts";
import { type Jenkins } from "./client.ts";
import { credentialVerbs } from "./credentials.ts";
import { postThrough } from "./door.ts";
import { jobPath, splitPath } from "./job-path.ts";
import * as reply from "./replies.ts";

/** `token` is an API token: such requests need no crumb. */
export type JenkinsConfig = { url: string; user: string; token: string; fetch?: Fetch; random?: () => number };

const RECENT_BUILDS = 100;
const XML = { "content-type": "application/xml" };

/**
 * The client of one Jenkins; `url` is its root. Plain HTTP instead of the package `jenkins`, which is unmaintained,
 * cannot be called off and takes today's answers for errors (docs/decisions/0011).
 */
export function createJenkins({
  url,
  user,
  token,
  fetch = globalThis.fetch,
  random = Math.random,
}: JenkinsConfig): Jenkins {
  const target: HttpTarget = {
    system: "jenkins",
    name: "Jenkins",
    baseUrl: withoutTrailingSlash(url),
    headers: { authorization: basicAuthorization(user, token) },
    secrets: [token, basicAuthorization(user, token)],
    fetch,
    random,
  };
  const post = postThrough(target);

  return {
    ...credentialVerbs(post),
    ...buildVerbs(target, post),

    async findJob(path, call) {
      try {
        const config = await request(target, { ...call, path: `${jobPath(path)}/config.xml` });
        if (/^\s*<(!doctype|html)/i.test(config.text)) throw notItsProtocol(target, "a job's configuration", null);
        return { url: `${target.baseUrl}${jobPath(path)}/`, configXml: config.text };
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },

    async createJob(path, configXml, call) {
      const { folder, name } = splitPath(path);
      const query = { name };
      try {
        await post(`${folder}/createItem`, { ...call, query, headers: XML, body: configXml });
      } catch (error) {
        if (!(error instanceof Invalid) || !/already exists/i.test(error.message)) throw error;
        throw new Conflict(`Jenkins has a job of this name already: ${path}.`, { system: "jenkins", cause: error });
      }
    },

    async updateJob(path, configXml, call) {
      await post(`${jobPath(path)}/config.xml`, { ...call, headers: XML, body: configXml });
    },

    async deleteJob(path, call) {
      await post(`${jobPath(path)}/doDelete`, { ...call, accept: [404] });
    },

    async trigger(path, parameters, call) {
      const answer = await post(`${jobPath(path)}/buildWithParameters`, {
        ...call,
        query: { delay: "0sec" },
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(parameters).toString(),
      });
      const id = /queue\/item\/(\d+)/.exec(answer.headers.get("location") ?? "")?.[1];
      if (!id) throw notItsProtocol(target, "a place in the queue", { location: answer.headers.get("location") });
      return { queueId: Number(id) };
    },

    async findBuildByParameter(path, name, value, call) {
      // The queue first: an item that leaves it between the two questions is then among the builds.
      const fields = "items[id,task[url],actions[parameters[name,value]]]";
      const queue = await requestJson(
        target,
        { ...call, path: "/queue/api/json", query: { tree: fields } },
        reply.queueReply,
      );
      const job = `${jobPath(path)}/`;
      const item = queue.value.items.find((one) => one.actions[name] === value && one.task.url?.endsWith(job));
      if (item) return { queueId: item.id };

      const tree = `builds[number,actions[parameters[name,value]]]{0,${RECENT_BUILDS}}`;
      const recent = await requestJson(
        target,
        { ...call, path: `${jobPath(path)}/api/json`, query: { tree } },
        reply.recentBuildsReply,
      );
      const build = recent.value.builds.find((one) => one.actions[name] === value);
      return build ? { number: build.number } : null;
    },

    async getQueueItem(queueId, call) {
      const path = `/queue/item/${queueId}/api/json`;
      const item = await request(target, { ...call, path, accept: [404] });
      return item.status === 404 ? null : parseJson(target, item, reply.queueItemReply);
    },

    async cancelQueueItem(queueId, call) {
      await post("/queue/cancelItem", { ...call, query: { id: queueId }, accept: [404] });
    },

    async ping(call) {
      const { reply: answer } = await requestJson(
        target,
        { ...call, path: "/api/json", query: { tree: "mode" } },
        reply.rootReply,
      );
      return { version: answer.headers.get("x-jenkins") };
    },
  };
}
