import { type IncomingMessage } from "node:http";
import { parse as parseYaml } from "yaml";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { decodeProtobuf } from "./protobuf/decode.ts";
import { ApiError, badRequest } from "./status.ts";

/** etcd refuses larger objects; the API server refuses larger requests. */
const LIMIT_BYTES = 3 * 1024 * 1024;

export const mediaType = (request: IncomingMessage): string =>
  (request.headers["content-type"] ?? "application/json").split(";")[0]?.trim() ?? "";

const tooLarge = () => new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${LIMIT_BYTES}`);

// By events, not by iteration: that would cut the connection of a refused request before its answer.
function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > LIMIT_BYTES) return reject(tooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= LIMIT_BYTES) chunks.push(chunk);
      else {
        request.off("data", take);
        reject(tooLarge());
      }
    };
    request.on("data", take).once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => reject(badRequest("the request ended before its body"))).once("error", reject);
  });
}

/** A JSON, YAML or protobuf body; undefined when it is empty. */
export async function readBody(request: IncomingMessage): Promise<Json | undefined> {
  const type = mediaType(request);
  const bytes = await readBytes(request);
  if (type === "application/vnd.kubernetes.protobuf") return bytes.length === 0 ? undefined : decodeProtobuf(bytes);
  const body = bytes.toString("utf8");
  if (body.trim() === "") return undefined;
  try {
    const value: unknown = type.includes("yaml") ? parseYaml(body) : JSON.parse(body);
    return value as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`couldn't get version/kind; json parse error: ${why} (${body.slice(0, 100)})`);
  }
}

export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const body = await readBody(request);
  if (!isObject(body)) throw badRequest("the request body must be an object");
  return body;
}
