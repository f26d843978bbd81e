import * as openid from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitlabWorld, gitlabWorld, removeFolder } from "./gitlab-world.ts";

const CALLBACK = "http://127.0.0.1:3000/api/auth/callback/gitlab";
const SCOPE = "openid profile email read_user";

interface Made {
  id: number;
  application_id: string;
  secret: string;
}

/** Opens the page and presses the button of `who`, as a browser does; gives where it is sent. */
async function press(gitlab: GitlabWorld, address: URL, who: string): Promise<URL> {
  const page = await (await fetch(address)).text();
  const inputs = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const unescaped = (text = "") => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const form = new URLSearchParams(inputs.map(([, name, value]) => [unescaped(name), unescaped(value)]));
  const buttons = [...page.matchAll(/<button name="user_id" value="(\d*)">([^]*?)<\/button>/g)];
  form.set("user_id", buttons.find(([, , label]) => label?.includes(who))?.[1] ?? "nobody");
  const headers = { origin: gitlab.url };
  const answer = await fetch(`${gitlab.url}/oauth/authorize`, {
    method: "POST",
    body: form,
    headers,
    redirect: "manual",
  });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get("location") ?? "");
}

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => "nothing was refused",
    (error: unknown) => (error instanceof openid.ResponseBodyError ? error.error : String(error)),
  );

const user = (gitlab: GitlabWorld, token: string) =>
  fetch(`${gitlab.url}/api/v4/user`, { headers: { authorization: `Bearer ${token}` } });

let clock = 0;
let gitlab: GitlabWorld;
let application: Made;
let config: openid.Configuration;

beforeAll(async () => {
  gitlab = await gitlabWorld({ now: () => new Date(Date.now() + clock) });
  const body = { name: "Kepler", redirect_uri: CALLBACK, scopes: SCOPE };
  application = (await (await gitlab.api("/applications", { method: "POST", body })).json()) as Made;
  config = await openid.discovery(
    new URL(gitlab.url),
    application.application_id,
    undefined,
    openid.ClientSecretBasic(application.secret),
    { execute: [openid.allowInsecureRequests] },
  );
});
afterAll(async () => {
  await gitlab.stop();
  await removeFolder(gitlab.home);
});

const signIn = async (who: string, scope = SCOPE) => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
  });
  const back = await press(gitlab, address, who);
  const exchange = () =>
    openid.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState, expectedNonce });
  return { exchange, back };
};

describe("signing in with the sandbox's GitLab, by an OpenID Connect client that we did not write", () => {
  it("goes from the picker to an id token, the person's own data and the API", async () => {
    const tokens = await (await signIn("maya")).exchange();
    expect(tokens.expires_in).toBe(7200);
    const claims = tokens.claims();
    expect(claims).toMatchObject({
      email: "maya.lindqvist@example.com",
      email_verified: true,
      groups_direct: ["samples"],
    });
    expect(claims).not.toHaveProperty("name");
    const info = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "");
    expect(info).toMatchObject({ preferred_username: "maya", name: "Maya Lindqvist", groups: ["samples"] });
    expect(await (await user(gitlab, tokens.access_token)).json()).toMatchObject({ username: "maya" });
  });

  it("takes a code once, and only with the verifier that belongs to it", async () => {
    const { exchange } = await signIn("tomas");
    await exchange();
    expect(await refusalOf(exchange())).toBe("invalid_grant");
    const other = await signIn("tomas");
    const stolen = openid.authorizationCodeGrant(config, other.back, {
      pkceCodeVerifier: openid.randomPKCECodeVerifier(),
      expectedState: other.back.searchParams.get("state") ?? "",
      expectedNonce: "x",
    });
    expect(await refusalOf(stolen)).toBe("invalid_grant");
  });

  it("ends an access token after two hours; the refresh token rotates, so that the second of two is refused", async () => {
    const tokens = await (await signIn("maya")).exchange();
    clock += 7_200_000;
    const expired = await user(gitlab, tokens.access_token);
    expect([expired.status, await expired.json()]).toEqual([401, expect.objectContaining({ error: "invalid_token" })]);
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect((await user(gitlab, refreshed.access_token)).status).toBe(200);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect(await refusalOf(openid.refreshTokenGrant(config, tokens.refresh_token ?? ""))).toBe("invalid_grant");
    await openid.tokenRevocation(config, refreshed.access_token);
    expect((await user(gitlab, refreshed.access_token)).status).toBe(401);
  });

  it("gives no more than was asked for: openid alone does not open the API", async () => {
    const tokens = await (await signIn("maya", "openid")).exchange();
    const refused = await user(gitlab, tokens.access_token);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ error: "insufficient_scope" }),
    ]);
    expect(await openid.fetchUserInfo(config, tokens.access_token, openid.skipSubjectCheck)).not.toHaveProperty(
      "email",
    );
    const tooMuch = await fetch(openid.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: "api" }), {
      redirect: "manual",
    });
    expect(new URL(tooMuch.headers.get("location") ?? "").searchParams.get("error")).toBe("invalid_scope");
  });

  it("tells the application when the person says no, and sends nobody to an address that is not registered", async () => {
    const denied = await signIn("Deny");
    expect(denied.back.searchParams.get("error")).toBe("access_denied");
    const elsewhere = openid.buildAuthorizationUrl(config, { redirect_uri: "https://evil.example/", scope: "openid" });
    const page = await fetch(elsewhere, { redirect: "manual" });
    expect([page.status, page.headers.get("location")]).toEqual([401, null]);
    const foreign = await fetch(`${gitlab.url}/oauth/authorize`, {
      method: "POST",
      headers: { origin: "https://evil.example" },
      body: new URL(elsewhere).searchParams,
    });
    expect(foreign.status).toBe(401);
  });

  it("does not know an application with a wrong secret, or that was deleted", async () => {
    const { back } = await signIn("maya");
    const ask = (secret: string) =>
      fetch(`${gitlab.url}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: back.searchParams.get("code") ?? "",
          redirect_uri: CALLBACK,
          client_id: application.application_id,
          client_secret: secret,
        }),
      });
    const wrong = await ask("gloas-wrong");
    expect([wrong.status, await wrong.json()]).toEqual([401, expect.objectContaining({ error: "invalid_client" })]);
    await gitlab.api(`/applications/${application.id}`, { method: "DELETE" });
    expect((await ask(application.secret)).status).toBe(401);
  });
});
