import { z } from "zod";
import { BuildError } from "./build-error.ts";
import { MEDIA_TYPE } from "./image.ts";
import { registryUrl } from "./image-reference.ts";

const ACCEPT = [MEDIA_TYPE.index, MEDIA_TYPE.dockerList, MEDIA_TYPE.manifest, MEDIA_TYPE.dockerManifest].join(", ");
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Speaks OCI distribution v2 with one repository of one registry. https://github.com/opencontainers/distribution-spec */
export class RegistryClient {
  readonly #base: string;
  readonly #host: string;
  readonly #basic: string | undefined;
  readonly #repository: string;
  #bearer: string | undefined;

  constructor(options: { host: string; repository: string; basic: string | undefined }) {
    this.#host = options.host;
    this.#base = `${registryUrl(options.host)}/v2/${options.repository}`;
    this.#basic = options.basic;
    this.#repository = options.repository;
  }

  async hasBlob(digest: string): Promise<boolean> {
    return (await this.#send("HEAD", `/blobs/${digest}`)).status === 200;
  }

  async blob(digest: string): Promise<Buffer> {
    return Buffer.from(await (await this.#expect(200, await this.#send("GET", `/blobs/${digest}`))).arrayBuffer());
  }

  async pushBlob(digest: string, bytes: Buffer): Promise<void> {
    const begun = await this.#expect(
      202,
      await this.#send("POST", "/blobs/uploads/", { headers: { "content-length": "0" } }),
    );
    const location = new URL(begun.headers.get("location") ?? "", registryUrl(this.#host));
    location.searchParams.set("digest", digest);
    const headers = { "content-type": "application/octet-stream" };
    await this.#expect(201, await this.#send("PUT", location, { headers, body: new Uint8Array(bytes) }));
  }

  /** The manifest's bytes and media type, or undefined when the registry has none under this tag or digest. */
  async manifest(reference: string): Promise<{ bytes: Buffer; mediaType: string } | undefined> {
    const response = await this.#send("GET", `/manifests/${reference}`, { headers: { accept: ACCEPT } });
    if (response.status === 404) return undefined;
    await this.#expect(200, response);
    return { bytes: Buffer.from(await response.arrayBuffer()), mediaType: response.headers.get("content-type") ?? "" };
  }

  async pushManifest(reference: string, bytes: Buffer, mediaType: string): Promise<void> {
    const init = { headers: { "content-type": mediaType }, body: new Uint8Array(bytes) };
    await this.#expect(201, await this.#send("PUT", `/manifests/${reference}`, init));
  }

  async #send(
    method: string,
    path: string | URL,
    init: { headers?: Record<string, string>; body?: Uint8Array<ArrayBuffer> } = {},
  ): Promise<Response> {
    const url = typeof path === "string" ? `${this.#base}${path}` : path;
    const attempt = async () => {
      const authorization = this.#bearer ?? (this.#basic === undefined ? undefined : `Basic ${this.#basic}`);
      const headers = { ...init.headers, ...(authorization === undefined ? {} : { authorization }) };
      try {
        return await fetch(url, { method, headers, body: init.body, signal: AbortSignal.timeout(120_000) });
      } catch (error) {
        throw new BuildError(
          `failed to do request: ${method} ${String(url)}: ${error instanceof Error ? error.message : "no answer"}`,
        );
      }
    };
    const first = await attempt();
    const challenge = first.status === 401 ? first.headers.get("www-authenticate") : null;
    if (challenge?.toLowerCase().startsWith("bearer") !== true || this.#bearer !== undefined) return first;
    this.#bearer = `Bearer ${await this.#fetchToken(challenge)}`;
    return attempt();
  }

  async #fetchToken(challenge: string): Promise<string> {
    const fields = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
    );
    const url = new URL(fields.get("realm") ?? "");
    url.searchParams.set("service", fields.get("service") ?? "");
    url.searchParams.set("scope", fields.get("scope") ?? `repository:${this.#repository}:pull,push`);
    const headers: Record<string, string> = this.#basic === undefined ? {} : { authorization: `Basic ${this.#basic}` };
    const answer = tokenSchema.parse(await (await this.#expect(200, await fetch(url, { headers }))).json());
    return answer.token ?? answer.access_token ?? "";
  }

  async #expect(status: number, response: Response): Promise<Response> {
    if (response.status === status) return response;
    const body = (await response.text()).slice(0, 500);
    if (response.status === 401 || response.status === 403) {
      throw new BuildError(`denied: requested access to the resource is denied (${this.#host}/${this.#repository})`);
    }
    throw new BuildError(`unexpected status from ${response.url}: ${response.status} ${body}`);
  }
}
