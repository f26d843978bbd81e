// The `docker` of the sandbox's Jenkins agent: sandbox/jenkins/bin/docker starts it with its surroundings as flags.
import { parseArgs } from "node:util";
import { BuildError } from "./build-error.ts";
import { buildCommand } from "./commands/build.ts";
import { type CommandGround, UsageError } from "./commands/ground.ts";
import { imagesCommand, inspectCommand, removeCommand, tagCommand } from "./commands/images.ts";
import { loginCommand, logoutCommand } from "./commands/login.ts";
import { pullCommand, pushCommand } from "./commands/transfer.ts";
import { ImageStore } from "./image-store.ts";

type Command = (args: string[], ground: CommandGround) => Promise<void>;

const COMMANDS: Record<string, Command> = {
  build: buildCommand,
  images: imagesCommand,
  inspect: inspectCommand,
  login: loginCommand,
  logout: logoutCommand,
  pull: pullCommand,
  push: pushCommand,
  rmi: removeCommand,
  tag: tagCommand,
  version: (_args, ground) =>
    Promise.resolve(ground.say("Client: Docker Engine of the Kepler sandbox\n Version: 27.5.1")),
};
/** `docker image rm`, `docker buildx build` and the like, by their short names. */
const LONG_NAMES: Record<string, string> = { "image ls": "images", "image rm": "rmi", "builder build": "build" };

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  const at = argv.indexOf("--");
  const { values } = parseArgs({
    args: argv.slice(0, at),
    options: {
      store: { type: "string" },
      scratch: { type: "string" },
      config: { type: "string" },
      "host-path": { type: "string" },
      "host-home": { type: "string" },
    },
  });
  const { store = "", scratch = "", config = "", "host-path": path = "", "host-home": home = "" } = values;
  const ground: CommandGround = {
    store: new ImageStore(store),
    scratch,
    credentials: config,
    host: { node: process.execPath, path, home },
    now: () => new Date(),
    say: (line) => process.stdout.write(`${line}\n`),
    log: (text) => process.stderr.write(text),
  };
  try {
    const { command, args } = findCommand(argv.slice(at + 1));
    await command(args, ground);
    return 0;
  } catch (error) {
    process.stderr.write(`ERROR: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) return 125;
    if (error instanceof BuildError) return error.exitCode;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? "") : ""}\n`);
    return 1;
  }
}

function findCommand(words: string[]): { command: Command; args: string[] } {
  const [first = "--help", second = "", ...rest] = words;
  if (["image", "buildx", "builder"].includes(first)) {
    const command = COMMANDS[LONG_NAMES[`${first} ${second}`] ?? second];
    if (command !== undefined) return { command, args: rest };
  }
  const command = COMMANDS[first.replace(/^(--version|-v)$/, "version")];
  if (command === undefined) {
    throw new UsageError(
      `docker: '${first}' is not a command of the sandbox's docker (${Object.keys(COMMANDS).join(", ")})`,
    );
  }
  return { command, args: words.slice(1) };
}
