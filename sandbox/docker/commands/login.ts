import { text } from "node:stream/consumers";
import { BuildError } from "../build-error.ts";
import { writeBasicAuth } from "../credentials-file.ts";
import { registryUrl } from "../image-reference.ts";
import { type CommandGround, parseCommandLine, UsageError } from "./ground.ts";

/** `docker login`: asks the registry before it keeps the credentials, as Docker does. */
export async function loginCommand(args: string[], ground: CommandGround): Promise<void> {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      username: { type: "string", short: "u" },
      password: { type: "string", short: "p" },
      "password-stdin": { type: "boolean" },
    },
  });
  const host = hostOf(positionals[0]);
  const password =
    values["password-stdin"] === true ? (await text(process.stdin)).replace(/\r?\n$/, "") : values.password;
  if (values.username === undefined || password === undefined)
    throw new UsageError("docker login needs --username and --password-stdin here");
  const auth = Buffer.from(`${values.username}:${password}`).toString("base64");
  const response = await fetch(`${registryUrl(host)}/v2/`, { headers: { authorization: `Basic ${auth}` } }).catch(
    (cause: unknown) => {
      throw new BuildError(
        `Error response from daemon: ${registryUrl(host)}/v2/: ${cause instanceof Error ? cause.message : "no answer"}`,
      );
    },
  );
  if (response.status === 401)
    throw new BuildError(`Error response from daemon: login attempt to ${host} failed with status: 401 Unauthorized`);
  await writeBasicAuth(ground.credentials, host, auth);
  ground.say("Login Succeeded");
}

export async function logoutCommand(args: string[], ground: CommandGround): Promise<void> {
  const host = hostOf(args[0]);
  await writeBasicAuth(ground.credentials, host, undefined);
  ground.say(`Removing login credentials for ${host}`);
}

function hostOf(argument: string | undefined): string {
  const host = (argument ?? "").replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  if (host === "") throw new UsageError("name the registry: docker login 127.0.0.1:7103");
  return host;
}
