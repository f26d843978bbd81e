import { type z } from "zod";
import { type Product } from "./product.ts";

/** A signed-in person's requests, without a browser. */
export type Session = {
  cookie: string;
  get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer>;
  post<Answer>(path: string, body: unknown, schema: z.ZodType<Answer>): Promise<Answer>;
  /** The answer itself; anything but a success is thrown. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
};

/** Signs in as the form does: next-auth's token against forged requests first, then name and password. */
export async function signIn({ url, admin }: Pick<Product, "url" | "admin">): Promise<Session> {
  const asked = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken }: { csrfToken: string } = JSON.parse(await asked.text());
  const answer = await fetch(`${url}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookieOf(asked), origin: url },
    body: new URLSearchParams({ ...admin, csrfToken, json: "true" }),
  });
  const cookie = cookieOf(answer);
  if (!cookie.includes("kepler-session=")) throw new Error(`sign-in answered ${answer.status} and no session`);

  const send: Session["fetch"] = async (path, init) => {
    const headers = { cookie, origin: url, "content-type": "application/json" };
    const ask = () => fetch(url + path, { ...init, headers });
    // A connection that the server gave up while it rested: what changes nothing is asked again, as browsers do (RFC 9112, 9.3.1).
    const reply = await ask().catch((error: unknown) => {
      if (init?.method !== undefined || init?.signal?.aborted) throw error;
      return ask();
    });
    if (!reply.ok) throw new Error(`${init?.method ?? "GET"} ${path}: ${reply.status} ${await reply.text()}`);
    return reply;
  };
  return {
    cookie,
    fetch: send,
    get: async (path, schema) => schema.parse(await (await send(path)).json()),
    post: async (path, body, schema) =>
      schema.parse(await (await send(path, { method: "POST", body: JSON.stringify(body) })).json()),
  };
}

const cookieOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
