import { type Exchange, empty, json, type Reply } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { html, jenkinsHeaders } from "../access.ts";
import { type Controller } from "../controller.ts";
import { type Credential } from "../model.ts";
import { childText, escapeXml, parseXml, XmlError } from "../xml.ts";
import { notFound, redirect } from "./replies.ts";

const STORE = "/credentials/store/system/domain/_";
const CLASS = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";

/** The system store: https://github.com/jenkinsci/credentials-plugin/blob/master/docs/user.adoc#creating-a-credentials */
export function addCredentialRoutes(router: Router, controller: Controller): void {
  const { state } = controller;
  const find = (exchange: Exchange): Credential => {
    const credential = state.credentials.find((each) => each.id === exchange.param("id"));
    if (credential === undefined) throw notFound();
    return credential;
  };
  router.route("POST", `${STORE}/createCredentials`, async (exchange) => {
    const credential = await readCredential(exchange);
    if ("status" in credential) return credential;
    if (state.credentials.some((each) => each.id === credential.id))
      return html(409, "Conflict", `a credential ${escapeXml(credential.id)} exists`);
    state.credentials.push(credential);
    await controller.save();
    return empty(200, { ...jenkinsHeaders, "content-length": 0 });
  });
  router.route("GET", `${STORE}/api/json`, () =>
    json(
      200,
      {
        _class: "com.cloudbees.plugins.credentials.CredentialsStoreAction$DomainWrapper",
        credentials: state.credentials.map(({ id }) => ({ id })),
      },
      jenkinsHeaders,
    ),
  );
  router.route("GET", `${STORE}/credential/:id/api/json`, (exchange) => {
    const { id, description, username } = find(exchange);
    return json(
      200,
      { id, description, displayName: `${username}/******`, typeName: "Username with password" },
      jenkinsHeaders,
    );
  });
  router.route("GET", `${STORE}/credential/:id/config.xml`, (exchange) => ({
    status: 200,
    headers: { ...jenkinsHeaders, "content-type": "application/xml" },
    body: redactedXml(find(exchange)),
  }));
  router.route("POST", `${STORE}/credential/:id/config.xml`, async (exchange) => {
    const stored = find(exchange);
    const credential = await readCredential(exchange);
    if ("status" in credential) return credential;
    Object.assign(stored, credential, { id: stored.id });
    await controller.save();
    return empty(200, { ...jenkinsHeaders, "content-length": 0 });
  });
  router.route("POST", `${STORE}/credential/:id/doDelete`, async (exchange) => {
    const credential = find(exchange);
    state.credentials.splice(state.credentials.indexOf(credential), 1);
    await controller.save();
    return redirect(`${controller.rootUrl}${STORE}/`);
  });
}

async function readCredential(exchange: Exchange): Promise<Credential | Reply> {
  try {
    const root = parseXml((await exchange.body()).toString("utf8"));
    if (root.name !== CLASS) throw new XmlError(`the sandbox stores ${CLASS}, not ${root.name}`);
    const field = (name: string) => childText(root, name);
    if (field("id") === "") throw new XmlError("a credential needs an id");
    return {
      id: field("id"),
      description: field("description"),
      username: field("username"),
      password: field("password"),
    };
  } catch (error) {
    if (error instanceof XmlError) return html(400, "Bad Request", escapeXml(error.message));
    throw error;
  }
}

/** Secrets are never read back. */
function redactedXml({ id, description, username }: Credential): string {
  return `<${CLASS} plugin="credentials"><id>${escapeXml(id)}</id><description>${escapeXml(description)}</description><username>${escapeXml(username)}</username><password><secret-redacted/></password></${CLASS}>\n`;
}
