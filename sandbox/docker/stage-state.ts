import { posix } from "node:path";
import { type Descriptor, type History, type RuntimeConfig } from "./image.ts";
import { type Snapshot } from "./layer.ts";
import { type Lookup } from "./words.ts";

/** One build stage as it stands after some of its instructions. */
export type StageState = {
  /** The image's file system, as a folder of this machine. */
  root: string;
  /** What the root held when the last layer was taken. */
  snapshot: Snapshot;
  layers: { descriptor: Descriptor; diffId: string }[];
  history: History[];
  config: RuntimeConfig;
  /** ARGs in scope, by name. */
  args: Map<string, string>;
  shell: string[];
  /** The image that the whole chain of FROMs rests on. */
  base: string;
  /** Why parts of the stage are stand-ins: one line per tool that this machine could not run. */
  standIns: string[];
  cmdIsSet: boolean;
};

/** ENV as a map; it wins over an ARG of the same name. */
export function environmentOf(stage: StageState): Map<string, string> {
  const pairs = (stage.config.Env ?? []).map((entry): [string, string] => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return new Map([...stage.args, ...pairs]);
}

export function lookupIn(stage: StageState): Lookup {
  const variables = environmentOf(stage);
  return (name) => variables.get(name);
}

export function workdirOf(stage: StageState): string {
  return posix.resolve("/", stage.config.WorkingDir ?? "/");
}
