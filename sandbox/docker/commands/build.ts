import { stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildImage } from "../build.ts";
import { BuildError } from "../build-error.ts";
import { parseReference } from "../image-reference.ts";
import { Progress } from "../progress.ts";
import { pushImage } from "../transfer.ts";
import { type CommandGround, parseCommandLine, UsageError } from "./ground.ts";

const text = { type: "string" } as const;
const many = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;

/** `docker build`: https://docs.docker.com/reference/cli/docker/buildx/build/ */
export async function buildCommand(args: string[], ground: CommandGround): Promise<void> {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      file: { ...text, short: "f" },
      tag: { ...many, short: "t" },
      quiet: { ...flag, short: "q" },
      "build-arg": many,
      label: many,
      target: text,
      iidfile: text,
      "metadata-file": text,
      push: flag,
      // Accepted, and without a meaning here: there is no cache, one platform and one output.
      pull: flag,
      load: flag,
      rm: flag,
      "no-cache": flag,
      progress: text,
      platform: text,
      network: text,
      provenance: text,
      sbom: text,
      "cache-from": many,
      "cache-to": many,
    },
  });
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0)
    throw new UsageError('"docker build" requires exactly 1 argument: the context');
  const context = resolve(path);
  if (!(await stat(context).catch(() => undefined))?.isDirectory())
    throw new BuildError(`unable to prepare context: path "${path}" not found`);
  const tags = values.tag ?? [];
  for (const tag of tags) parseReference(tag);
  const request = {
    context,
    file: values.file === undefined ? join(context, "Dockerfile") : resolve(values.file),
    tags,
    buildArgs: pairs(values["build-arg"] ?? []),
    labels: pairs(values.label ?? []),
    target: values.target,
  };
  const progress = new Progress(values.quiet === true ? () => undefined : ground.log, Date.now);
  const digest = await buildImage(request, ground, progress);
  if (values.iidfile !== undefined) await writeFile(values.iidfile, digest);
  if (values["metadata-file"] !== undefined) {
    await writeFile(
      values["metadata-file"],
      JSON.stringify({ "containerimage.digest": digest, "image.name": tags.join(",") }, null, 2),
    );
  }
  if (values.quiet === true) ground.say(digest);
  for (const tag of values.push === true ? tags : []) await pushImage(parseReference(tag), ground, ground.say);
}

function pairs(entries: string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf("=");
      return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
