import { BuildError } from "./build-error.ts";

/** Where an image is: `host` is undefined for names of Docker Hub (`node:22`). */
export type ImageReference = {
  host: string | undefined;
  repository: string;
  tag: string | undefined;
  digest: string | undefined;
};

/** Parses `[host[:port]/]repository[:tag][@digest]` by the rules of distribution's reference package. Throws {@link BuildError}. */
export function parseReference(text: string): ImageReference {
  const match = /^(?<name>[^@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(text);
  const name = match?.groups?.["name"];
  if (name === undefined) throw new BuildError(`invalid reference format: ${text}`);
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = first === "localhost" || first.includes(".") || first.includes(":");
  const repository = isHost ? name.slice(slash + 1) : name;
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(repository)) {
    throw new BuildError(`invalid reference format: ${text}: repository name must be lowercase`);
  }
  return {
    host: isHost ? first : undefined,
    repository,
    tag: match?.groups?.["tag"],
    digest: match?.groups?.["digest"],
  };
}

/** The full spelling under which the local store keeps an image: a missing tag is `latest`. */
export function spell(reference: ImageReference): string {
  const name = reference.host === undefined ? reference.repository : `${reference.host}/${reference.repository}`;
  return reference.digest === undefined ? `${name}:${reference.tag ?? "latest"}` : `${name}@${reference.digest}`;
}

/** The registry's base address: plain HTTP on this machine, HTTPS elsewhere, as the Docker daemon does. */
export function registryUrl(host: string): string {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host) ? `http://${host}` : `https://${host}`;
}
