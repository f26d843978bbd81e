import { posix } from "node:path";
import { type Instruction, jsonForm, keyValues } from "./dockerfile.ts";
import { lookupIn, type StageState, workdirOf } from "./stage-state.ts";
import { expandWord, splitWords } from "./words.ts";

/** Values that ARG gets when no `--build-arg` gives one. https://docs.docker.com/build/building/variables/#multi-platform-build-arguments */
const PLATFORM_ARGS: Record<string, string> = {
  TARGETPLATFORM: "linux/amd64",
  TARGETOS: "linux",
  TARGETARCH: "amd64",
  BUILDPLATFORM: "linux/amd64",
  BUILDOS: "linux",
  BUILDARCH: "amd64",
};

/** Applies an instruction that changes the image's configuration and no file. */
export function configure(
  stage: StageState,
  instruction: Instruction,
  buildArgs: Map<string, string>,
  globals: Map<string, string>,
): void {
  const { config } = stage;
  const lookup = lookupIn(stage);
  const { keyword, text } = instruction;
  const words = () => splitWords(text).map((word) => expandWord(word, lookup));
  switch (keyword) {
    case "ARG":
      declareArgs(stage, text, buildArgs, globals);
      break;
    case "ENV":
      for (const [name, value] of keyValues(text, lookup)) {
        config.Env = [...(config.Env ?? []).filter((entry) => !entry.startsWith(`${name}=`)), `${name}=${value}`];
      }
      break;
    case "LABEL":
      config.Labels = { ...config.Labels, ...Object.fromEntries(keyValues(text, lookup)) };
      break;
    case "EXPOSE":
      config.ExposedPorts = {
        ...config.ExposedPorts,
        ...Object.fromEntries(
          words()
            .flatMap(ports)
            .map((port) => [port, {}]),
        ),
      };
      break;
    case "VOLUME":
      config.Volumes = {
        ...config.Volumes,
        ...Object.fromEntries((jsonForm(text) ?? words()).map((path) => [path, {}])),
      };
      break;
    case "WORKDIR":
      config.WorkingDir = posix.resolve(workdirOf(stage), words().join(" "));
      break;
    case "USER":
      config.User = words().join("");
      break;
    case "STOPSIGNAL":
      config.StopSignal = words().join("");
      break;
    case "SHELL":
      stage.shell = jsonForm(text) ?? stage.shell;
      break;
    case "CMD":
      config.Cmd = jsonForm(text) ?? [...stage.shell, text];
      stage.cmdIsSet = true;
      break;
    case "ENTRYPOINT":
      config.Entrypoint = jsonForm(text) ?? [...stage.shell, text];
      // The base's CMD were arguments of the base's entry point.
      if (!stage.cmdIsSet) config.Cmd = undefined;
      break;
    default: // HEALTHCHECK, ONBUILD, MAINTAINER: Kubernetes does not read them.
  }
}

function declareArgs(
  stage: StageState,
  text: string,
  buildArgs: Map<string, string>,
  globals: Map<string, string>,
): void {
  for (const word of splitWords(text)) {
    const [name = "", ...rest] = word.split("=");
    const own = rest.length > 0 ? expandWord(rest.join("="), lookupIn(stage)) : globals.get(name);
    const value = buildArgs.get(name) ?? own ?? PLATFORM_ARGS[name];
    if (value !== undefined) stage.args.set(name, value);
  }
}

/** `8080`, `53/udp` or `7000-7002` as keys of ExposedPorts. */
function ports(word: string): string[] {
  const [range = "", protocol = "tcp"] = word.split("/");
  const [first, last] = range.split("-").map(Number);
  if (first === undefined || !Number.isInteger(first)) return [];
  const count = (last ?? first) - first + 1;
  return Array.from({ length: Math.max(1, count) }, (_, i) => `${first + i}/${protocol.toLowerCase()}`);
}
