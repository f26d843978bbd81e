import "server-only";
import { type Jenkins, type JenkinsCredential } from "./client.ts";
import { type Post } from "./door.ts";

const STORE = "/credentials/store/system/domain/_";
const HEADERS = { "content-type": "application/xml" };

/** The system store of the credentials plugin (https://github.com/jenkinsci/credentials-plugin/blob/master/docs/user.adoc). */
export function credentialVerbs(post: Post): Pick<Jenkins, "createOrUpdateCredential"> {
  return {
    async createOrUpdateCredential(credential, call) {
      const body = credentialXml(credential);
      const own = `${STORE}/credential/${encodeURIComponent(credential.id)}/config.xml`;
      const updated = await post(own, { ...call, headers: HEADERS, body, accept: [404] });
      if (updated.status === 404) await post(`${STORE}/createCredentials`, { ...call, headers: HEADERS, body });
    },
  };
}

const CLASS = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";

function credentialXml({ id, description, username, password }: JenkinsCredential): string {
  const fields = Object.entries({ scope: "GLOBAL", id, description, username, password });
  const inner = fields.map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join("");
  return `<${CLASS}>${inner}</${CLASS}>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
