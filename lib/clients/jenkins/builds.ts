import "server-only";
import { type Call } from "../http/call.ts";
import { notItsProtocol } from "../http/failures.ts";
import { parseJson, request, requestJson } from "../http/request.ts";
import { type HttpTarget } from "../http/target.ts";
import { type Jenkins } from "./client.ts";
import { type Post } from "./door.ts";
import { jobPath } from "./job-path.ts";
import { wholeCharacters } from "./log-bytes.ts";
import { BUILD_FIELDS, buildReply, stagesReply } from "./replies.ts";

/** The console comes as one piece from where we stopped; more than this at once is refused rather than held in memory. */
const LOG_LIMITS = { deadlineMs: 30_000, maxBytes: 64 * 1024 * 1024 };

/** The verbs about one build of a job. */
export function buildVerbs(
  target: HttpTarget,
  post: Post,
): Pick<Jenkins, "getBuild" | "stopBuild" | "readLog" | "getStages"> {
  const at = (path: string, number: number) => `${jobPath(path)}/${number}`;

  return {
    async getBuild(path, number, call) {
      const ask = { ...call, path: `${at(path, number)}/api/json`, query: { tree: BUILD_FIELDS } };
      return (await requestJson(target, ask, buildReply)).value;
    },

    async stopBuild(path, number, call) {
      await post(`${at(path, number)}/stop`, { ...call });
    },

    async readLog(path, number, startByte, call: Call = {}) {
      const ask = {
        ...LOG_LIMITS,
        ...call,
        path: `${at(path, number)}/logText/progressiveText`,
        query: { start: startByte },
      };
      const reply = await request(target, ask);
      const size = Number(reply.headers.get("x-text-size") ?? Number.NaN);
      if (!Number.isInteger(size)) throw notItsProtocol(target, "a build's console", { status: reply.status });
      const more = reply.headers.get("x-more-data") === "true";
      // Asked for what lies beyond its end, Jenkins begins again at 0: nothing of that is new.
      if (size < startByte) return { text: "", nextByte: startByte, more };
      const whole = more ? wholeCharacters(reply.bytes) : reply.bytes.length;
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(reply.bytes.subarray(0, whole));
      // Jenkins counts bytes that it does not send (console notes), so its own count is the one to go on with.
      return { text, nextByte: size - (reply.bytes.length - whole), more };
    },

    async getStages(path, number, call) {
      const reply = await request(target, { ...call, path: `${at(path, number)}/wfapi/describe`, accept: [404] });
      if (reply.status === 404) return [];
      const { stages } = parseJson(target, reply, stagesReply);
      return stages.map(({ durationMillis, ...stage }) => ({ ...stage, durationMs: durationMillis }));
    },
  };
}
