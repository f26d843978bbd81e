import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folder through which a test tells a worker where to kill, and hears where it was (worker/kill-point.ts). */
export class KillPoints {
  readonly folder: string;
  readonly #armedFile: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#armedFile = join(folder, "armed");
    mkdirSync(folder, { recursive: true });
  }

  arm(names: readonly string[]): void {
    writeFileSync(this.#armedFile, names.join("\n"));
  }

  /** Has there been a kill at every point that was armed? */
  isDone(): boolean {
    const armed = existsSync(this.#armedFile) ? readFileSync(this.#armedFile, "utf8").split("\n").filter(Boolean) : [];
    const killed = this.killed();
    return armed.every((name) => killed.includes(name));
  }

  /** Every point that the worker has come to, in no order. */
  passed(): string[] {
    return this.#list("passed");
  }

  killed(): string[] {
    return this.#list("killed");
  }

  #list(kind: string): string[] {
    const folder = join(this.folder, kind);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }
}

/**
 * The points that the product's code names, as patterns: a step that is added later is among them by itself. What varies
 * in a name (the kind of an object) stands for anything.
 */
export function pointsInCode(): RegExp[] {
  const calls = /(?:checkpoint\?\.\(|effect\(deps, )(["`])(.+?)\1/g;
  const names = globSync("lib/**/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(calls)].map(([, , name = ""]) => name),
  );
  return names.map((name) => {
    const parts = name.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
    return new RegExp(`^${parts.join(".+")}(\\..+)?$`);
  });
}

/** Shares them out so that neighbours, which would be killed one upon the other, are in different shares. */
export const sharesOf = (points: readonly string[], count: number): string[][] =>
  Array.from({ length: count }, (_, share) => points.filter((_, i) => i % count === share));
