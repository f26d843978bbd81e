import { type IncomingHttpHeaders, request } from "node:http";

export type Visit = { status: number; text: string; headers: IncomingHttpHeaders };

/** One request of a visitor to the gateway at `base`, for this host. */
export const visit = (
  base: string,
  host: string,
  path = "/",
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Visit> =>
  new Promise((resolve, reject) => {
    const asked = request(`${base}${path}`, { method, headers: { ...headers, host } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    asked.on("error", reject).end();
  });
