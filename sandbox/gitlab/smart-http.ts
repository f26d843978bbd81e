import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { gitEnvironment } from "../env.ts";
import { parseAuthorization } from "../platform/credentials.ts";
import { type Exchange, Refusal, type Reply, text } from "../platform/exchange.ts";
import { type Router } from "../platform/router.ts";
import { accessLevel, actorOf, actorOfToken, mayRead } from "./access.ts";
import { findProject, type Gitlab, repositoryOf } from "./context.ts";
import { ACCESS, type Project, type User } from "./model.ts";

type Service = "git-upload-pack" | "git-receive-pack";

// As Gitaly sets them: any reachable commit can be fetched by its id, and partial clones work.
const CONFIGURATION = ["-c", "uploadpack.allowAnySHA1InWant=true", "-c", "uploadpack.allowFilter=true"];

/** Git's smart HTTP protocol over `--stateless-rpc`: https://git-scm.com/docs/http-protocol */
export function smartHttpRoutes(router: Router, gitlab: Gitlab): void {
  for (const suffix of [".git", ""]) {
    router.route("GET", `/*project${suffix}/info/refs`, (exchange) => advertise(gitlab, exchange));
    for (const service of ["git-upload-pack", "git-receive-pack"] as const) {
      router.route("POST", `/*project${suffix}/${service}`, (exchange) => exchangePacks(gitlab, exchange, service));
    }
  }
}

const serviceNamed = (name: string | null): Service | undefined =>
  name === "git-upload-pack" || name === "git-receive-pack" ? name : undefined;

async function advertise(gitlab: Gitlab, exchange: Exchange): Promise<Reply | undefined> {
  const service = serviceNamed(exchange.query.get("service"));
  if (!service) return text(403, "This server speaks the smart protocol only\n");
  const { project } = authorize(gitlab, exchange, service);
  const child = start(gitlab, exchange, project, service, ["--advertise-refs"]);
  child.stdin.end();
  const announcement = `# service=${service}\n`;
  exchange.response.writeHead(200, {
    "content-type": `application/x-${service}-advertisement`,
    "cache-control": "no-cache",
  });
  exchange.response.write(`${(announcement.length + 4).toString(16).padStart(4, "0")}${announcement}0000`);
  await pipeline(child.stdout, exchange.response);
  return undefined;
}

async function exchangePacks(gitlab: Gitlab, exchange: Exchange, service: Service): Promise<Reply | undefined> {
  const { project, user } = authorize(gitlab, exchange, service);
  const child = start(gitlab, exchange, project, service, []);
  const ended = once(child, "close");
  const { request, response } = exchange;
  response.writeHead(200, { "content-type": `application/x-${service}-result`, "cache-control": "no-cache" });
  const unpacked = exchange.headers["content-encoding"] === "gzip" ? [createGunzip()] : [];
  // git may stop reading early (it has refused the push): its own answer says why, so a broken pipe is no failure.
  const received = pipeline([request, ...unpacked, child.stdin]).catch(() => undefined);
  child.stdout.pipe(response, { end: false });
  await Promise.all([received, ended]);
  // The client learns of the end after the webhooks are safely queued: who has seen its push succeed can rely on them.
  if (service === "git-receive-pack" && user) await gitlab.refsMayHaveMoved(project, user);
  response.end();
  return undefined;
}

function start(
  gitlab: Gitlab,
  exchange: Exchange,
  project: Project,
  service: Service,
  options: string[],
): ChildProcessWithoutNullStreams {
  const protocol = exchange.headers["git-protocol"];
  const env = gitEnvironment(
    typeof protocol === "string" && /^[\w=:]+$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {},
  );
  const command = service.slice("git-".length);
  const child = spawn(
    "git",
    [...CONFIGURATION, command, "--stateless-rpc", ...options, repositoryOf(gitlab, project)],
    { env },
  );
  child.stderr.on("data", (chunk: Buffer) =>
    gitlab.logger.debug({ service, stderr: chunk.toString("utf8") }, "git says"),
  );
  child.on("error", (err) => gitlab.logger.error({ err, service }, "git did not start"));
  child.stdin.on("error", () => undefined);
  exchange.signal.addEventListener("abort", () => child.kill());
  return child;
}

/** Anyone may fetch what is public; for the rest the password (or token) is a personal access token, the user name does not matter. */
function authorize(gitlab: Gitlab, exchange: Exchange, service: Service): { project: Project; user: User | undefined } {
  const user = callerOf(gitlab, exchange);
  const project = findProject(gitlab, exchange.param("project"));
  const pushes = service === "git-receive-pack";
  if (!user && (pushes || !project || !mayRead(gitlab, project, user))) throw challenge();
  if (!project || !mayRead(gitlab, project, user)) {
    throw new Refusal(
      text(404, "The project you were looking for could not be found or you don't have permission to view it.\n"),
    );
  }
  if (pushes && accessLevel(gitlab, project, user) < ACCESS.developer) {
    throw new Refusal(text(403, "You are not allowed to push code to this project.\n"));
  }
  return { project, user };
}

function callerOf(gitlab: Gitlab, exchange: Exchange): User | undefined {
  const authorization = parseAuthorization(exchange.headers.authorization);
  if (authorization?.scheme !== "basic") return actorOf(gitlab, exchange)?.user;
  const actor = actorOfToken(gitlab, authorization.password);
  if (!actor) throw challenge();
  return actor.user;
}

const challenge = (): Refusal =>
  new Refusal(text(401, "HTTP Basic: Access denied.\n", { "www-authenticate": 'Basic realm="GitLab"' }));
