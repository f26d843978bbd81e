import { parseReference, spell } from "../image-reference.ts";
import { type StoredImage } from "../image-store.ts";
import { type CommandGround, parseCommandLine, UsageError } from "./ground.ts";

const spelled = (name: string) => (name.startsWith("sha256:") ? name : spell(parseReference(name)));

export async function tagCommand(args: string[], ground: CommandGround): Promise<void> {
  const [source, target, ...others] = args;
  if (source === undefined || target === undefined || others.length > 0)
    throw new UsageError('"docker tag" requires exactly 2 arguments');
  const image = await ground.store.require(spelled(source));
  await ground.store.name(spelled(target), image.manifestDigest);
}

export async function imagesCommand(_args: string[], ground: CommandGround): Promise<void> {
  for (const name of await ground.store.names()) {
    const image = await ground.store.find(name);
    ground.say(`${name}\t${image?.manifestDigest ?? "<missing>"}`);
  }
}

/** Untags; names that are not there are no error with `-f`. */
export async function removeCommand(args: string[], ground: CommandGround): Promise<void> {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: { force: { type: "boolean", short: "f" } },
  });
  for (const name of positionals) {
    if (values.force !== true) await ground.store.require(spelled(name));
    await ground.store.forget(spelled(name));
    ground.say(`Untagged: ${name}`);
  }
}

/** Prints the image as JSON, or one of the two values that pipelines ask for with `--format`. */
export async function inspectCommand(args: string[], ground: CommandGround): Promise<void> {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: { format: { type: "string", short: "f" }, type: { type: "string" } },
  });
  for (const name of positionals) {
    const view = viewOf(name, await ground.store.require(spelled(name)));
    const format = values.format?.replace(/\s+/g, "");
    if (format === undefined) ground.say(JSON.stringify([view], null, 2));
    else if (format === "{{.Id}}") ground.say(view.Id);
    else if (format === "{{index.RepoDigests0}}") ground.say(view.RepoDigests[0] ?? "");
    else
      throw new UsageError(
        `the sandbox's docker inspect knows {{.Id}} and {{index .RepoDigests 0}}, not ${values.format ?? ""}`,
      );
  }
}

function viewOf(name: string, image: StoredImage) {
  const { host, repository } = name.startsWith("sha256:") ? { host: undefined, repository: "" } : parseReference(name);
  return {
    Id: image.manifestDigest,
    RepoTags: [name],
    RepoDigests:
      repository === "" ? [] : [`${host === undefined ? "" : `${host}/`}${repository}@${image.manifestDigest}`],
    Created: image.config.created,
    Architecture: image.config.architecture,
    Os: image.config.os,
    Config: image.config.config,
    RootFS: { Type: "layers", Layers: image.config.rootfs.diff_ids },
  };
}
