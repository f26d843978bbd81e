import { Agent, get } from "node:http";

/** What came back: how many of each status and text, as "200 v1"; "error" for a connection that failed. */
export type Tally = Map<string, number>;

/** `count` requests of visitors at the gateway, so many at a time, over connections that are kept. */
export async function manyVisits(
  base: string,
  host: string,
  { count, atOnce, signal }: { count: number; atOnce: number; signal?: AbortSignal },
): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const tally: Tally = new Map();
  let left = count;
  const visitor = async (): Promise<void> => {
    while (left > 0 && signal?.aborted !== true) {
      left -= 1;
      const answer = await visitOver(agent, base, host);
      tally.set(answer, (tally.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, visitor));
  agent.destroy();
  return tally;
}

const visitOver = (agent: Agent, base: string, host: string): Promise<string> =>
  new Promise((resolve) => {
    get(base, { agent, headers: { host } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve(`${response.statusCode} ${text}`)).on("error", () => resolve("error"));
    }).on("error", () => resolve("error"));
  });
