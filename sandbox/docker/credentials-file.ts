import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const fileSchema = z.looseObject({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
});

/** `config.json` of DOCKER_CONFIG: https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties */
export async function readBasicAuth(folder: string, host: string): Promise<string | undefined> {
  return (await read(folder)).auths[host]?.auth;
}

export async function writeBasicAuth(folder: string, host: string, auth: string | undefined): Promise<void> {
  const file = await read(folder);
  const others = Object.fromEntries(Object.entries(file.auths).filter(([name]) => name !== host));
  const auths = auth === undefined ? others : { ...others, [host]: { auth } };
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `config.json.${process.pid}`);
  await writeFile(partial, `${JSON.stringify({ ...file, auths }, null, 2)}\n`, { mode: 0o600 });
  await rename(partial, join(folder, "config.json"));
}

async function read(folder: string): Promise<z.infer<typeof fileSchema>> {
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => "{}");
  return fileSchema.parse(JSON.parse(text));
}
