import { BuildError } from "../build-error.ts";
import { parseReference, spell } from "../image-reference.ts";
import { pullImage, pushImage } from "../transfer.ts";
import { type CommandGround, parseCommandLine, UsageError } from "./ground.ts";

export async function pushCommand(args: string[], ground: CommandGround): Promise<void> {
  await pushImage(parseReference(oneImage(args, "push")), ground, ground.say);
}

export async function pullCommand(args: string[], ground: CommandGround): Promise<void> {
  const reference = parseReference(oneImage(args, "pull"));
  const image = await pullImage(reference, ground);
  if (image === undefined) throw new BuildError(`manifest for ${spell(reference)} not found: manifest unknown`);
  ground.say(`Digest: ${image.manifestDigest}\n${spell(reference)}`);
}

function oneImage(args: string[], command: string): string {
  const { positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: { quiet: { type: "boolean", short: "q" }, platform: { type: "string" } },
  });
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new UsageError(`"docker ${command}" requires exactly 1 argument`);
  return name;
}
