import { type Exchange, json, type Reply } from "../../platform/exchange.ts";
import { type Router } from "../../platform/router.ts";
import { html, jenkinsHeaders } from "../access.ts";
import { type Controller } from "../controller.ts";
import { type Credential } from "../model.ts";
import { childText, escapeXml, parseXml, XmlError } from "../xml.ts";
import { parseJobAddress } from "./job-address.ts";
import { apiReply, done, notFound, redirect } from "./replies.ts";

const CLASS = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";

/** Where credentials are kept: in the system's store for everybody, or in a folder's for what is below it. */
const STORES = ["/credentials/store/system/domain/_", "/job/*folder/credentials/store/folder/domain/_"];

/** https://github.com/jenkinsci/credentials-plugin/blob/master/docs/user.adoc#creating-a-credentials */
export function addCredentialRoutes(router: Router, controller: Controller): void {
  for (const store of STORES) addStore(router, controller, store);
}

function addStore(router: Router, controller: Controller, store: string): void {
  const { state } = controller;
  const folderOf = (exchange: Exchange): string => {
    const folder = parseJobAddress(exchange.path)?.job ?? "";
    if (folder !== "" && controller.config(folder)?.kind !== "folder") throw notFound();
    return folder;
  };
  const find = (exchange: Exchange): Credential => {
    const folder = folderOf(exchange);
    const credential = state.credentials.find((each) => each.folder === folder && each.id === exchange.param("id"));
    if (credential === undefined) throw notFound();
    return credential;
  };
  const remove = async (credential: Credential) => {
    state.credentials.splice(state.credentials.indexOf(credential), 1);
    await controller.save();
  };

  router.route("POST", `${store}/createCredentials`, async (exchange) => {
    const folder = folderOf(exchange);
    const credential = await readCredential(exchange, folder);
    if ("status" in credential) return credential;
    if (state.credentials.some((each) => each.folder === folder && each.id === credential.id))
      return html(409, "Conflict", `a credential ${escapeXml(credential.id)} exists`);
    state.credentials.push(credential);
    await controller.save();
    return done();
  });
  router.route("GET", `${store}/api/json`, (exchange) => {
    const folder = folderOf(exchange);
    const credentials = state.credentials.filter((each) => each.folder === folder).map(credentialView);
    const _class = "com.cloudbees.plugins.credentials.CredentialsStoreAction$DomainWrapper";
    return apiReply(exchange, { _class, credentials }, "credentials[id]");
  });
  router.route("GET", `${store}/credential/:id/api/json`, (exchange) =>
    json(200, credentialView(find(exchange)), jenkinsHeaders),
  );
  router.route("GET", `${store}/credential/:id/config.xml`, (exchange) => ({
    status: 200,
    headers: { ...jenkinsHeaders, "content-type": "application/xml" },
    body: redactedXml(find(exchange)),
  }));
  router.route("POST", `${store}/credential/:id/config.xml`, async (exchange) => {
    const stored = find(exchange);
    const credential = await readCredential(exchange, stored.folder);
    if ("status" in credential) return credential;
    Object.assign(stored, credential, { id: stored.id });
    await controller.save();
    return done();
  });
  router.route("DELETE", `${store}/credential/:id/config.xml`, async (exchange) => {
    await remove(find(exchange));
    return done();
  });
  router.route("POST", `${store}/credential/:id/doDelete`, async (exchange) => {
    await remove(find(exchange));
    return redirect(`${controller.rootUrl}${exchange.path.replace(/credential\/[^/]+\/doDelete$/, "")}`);
  });
}

const credentialView = ({ id, description, username }: Credential) => ({
  id,
  description,
  displayName: `${username}/******`,
  typeName: "Username with password",
});

async function readCredential(exchange: Exchange, folder: string): Promise<Credential | Reply> {
  try {
    const root = parseXml((await exchange.body()).toString("utf8"));
    if (root.name !== CLASS) throw new XmlError(`the sandbox stores ${CLASS}, not ${root.name}`);
    const field = (name: string) => childText(root, name);
    if (field("id") === "") throw new XmlError("a credential needs an id");
    return {
      folder,
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
