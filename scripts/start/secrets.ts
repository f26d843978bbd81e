import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { freePort, StartError } from "./settings.ts";

const secretsFile = z.object({
  admin: z.object({ username: z.string(), password: z.string() }),
  /** One password for all demonstration people of the sandbox. */
  peoplePassword: z.string(),
  sessionSecret: z.string(),
  encryptionKey: z.string(),
  /** The embedded Postgres keeps its port, so that nothing that runs has to learn a new one when it is restarted. */
  postgres: z.object({ port: z.number(), password: z.string() }),
});
export type Secrets = z.infer<typeof secretsFile>;

/** Reads `<home>/secrets.json` (0600), made at the first start. Throws `StartError` when it is damaged. */
export async function readSecrets(home: string): Promise<Secrets> {
  const file = join(home, "secrets.json");
  if (!existsSync(file)) await write(file);
  const parsed = secretsFile.safeParse(parseJson(readFileSync(file, "utf8")));
  if (!parsed.success) {
    throw new StartError(`${file} is damaged: restore it, or move ${home} away to begin with an empty platform`);
  }
  return parsed.data;
}

async function write(file: string): Promise<void> {
  const secrets: Secrets = {
    admin: { username: "admin", password: readablePassword() },
    peoplePassword: readablePassword(),
    sessionSecret: randomBytes(32).toString("base64url"),
    encryptionKey: randomBytes(32).toString("base64"),
    postgres: { port: await freePort(), password: randomBytes(24).toString("hex") },
  };
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, file);
}

/** Fifteen letters and digits without look-alikes (78 bits), in groups that can be read out. */
function readablePassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return [group(), group(), group()].join("-");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
