import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RuntimeConfig } from "../../docker/image.ts";
import { mapCommandPaths } from "../../docker/image-paths.ts";
import { type Container } from "../objects.ts";

/** What really runs: a command on this machine in a place of its own below `rootfs`. */
export type Program = { argv: string[]; env: Record<string, string>; cwd: string; rootfs: string };
export type Place = { rootfs: string; podIp: string; hostPath: string; variables: Record<string, string> };

/** The runtime's answer when there is nothing to run (`RunContainerError`). */
export class StartError extends Error {}

const here = dirname(fileURLToPath(import.meta.url));
/** Programs that can be made to listen on the pod's address only. */
const NODE = ["node", "nodejs", "npm", "npx", "yarn", "pnpm"];
const PYTHON = ["python", "python3", "gunicorn", "uvicorn", "flask"];
const SHELLS = ["sh", "bash", "ash", "dash"];
/** Servers that images usually bring with them and this node never runs on the host's own addresses. */
const SERVERS = [
  "nginx",
  "httpd",
  "httpd-foreground",
  "apache2-foreground",
  "caddy",
  "java",
  "php",
  "php-fpm",
  "ruby",
  "dotnet",
  "redis-server",
  "postgres",
  "mysqld",
  "envoy",
  "traefik",
];

/** Chooses what really runs for a container: its own program where the host can keep it on the pod's address, else a stand-in. */
export function programFor(image: RuntimeConfig, container: Container, place: Place): Program {
  const own = container.command === undefined;
  const entry = container.command ?? image.Entrypoint ?? [];
  const argv = [...entry, ...(container.args ?? (own ? (image.Cmd ?? []) : []))];
  const [name] = argv;
  if (name === undefined) throw new StartError("no command specified");

  const workdir =
    container.workingDir ?? (image.WorkingDir === undefined || image.WorkingDir === "" ? "/" : image.WorkingDir);
  const cwd = join(place.rootfs, workdir);
  const env = environment(image, place);
  const ports = portsOf(image, container);
  const standIn = (why: string): Program => ({
    argv: [
      process.execPath,
      join(here, "stand-in.cjs"),
      JSON.stringify({ ports, rootfs: place.rootfs, image: container.image, why }),
    ],
    env,
    cwd: place.rootfs,
    rootfs: place.rootfs,
  });

  const program = basename(name);
  if (SERVERS.includes(program)) return standIn(`${program} is not run on this machine`);
  const inImage = name.includes("/")
    ? fileIn(place.rootfs, name.startsWith("/") ? name : join(workdir, name))
    : findInImage(place, name);
  if (inImage !== undefined && isBinary(inImage) && ports.length > 0)
    return standIn("a compiled program cannot be kept on the pod's own address");
  const onHost =
    [...NODE, ...PYTHON, ...SHELLS].includes(program) ||
    !name.includes("/") ||
    /^\/(usr\/(local\/)?)?s?bin\//.test(name)
      ? findOnHost(place.hostPath, program)
      : undefined;
  const executable = inImage ?? (NODE.slice(0, 2).includes(program) ? process.execPath : onHost);
  if (executable === undefined) {
    if (own) return standIn(`${name} is not on this machine`);
    throw new StartError(
      `exec: "${name}": ${name.includes("/") ? `stat ${name}: no such file or directory` : "executable file not found in $PATH"}`,
    );
  }
  if (inImage === undefined && ports.length > 0 && ![...NODE, ...PYTHON, ...SHELLS].includes(program))
    return standIn(`${program} cannot be kept on the pod's own address`);
  return {
    argv: [executable, ...argv.slice(1).map((word) => mapWord(word, place.rootfs))],
    env,
    cwd,
    rootfs: place.rootfs,
  };
}

function portsOf(image: RuntimeConfig, container: Container): number[] {
  const declared = (container.ports ?? []).map(({ containerPort }) => containerPort);
  if (declared.length > 0) return declared;
  return Object.keys(image.ExposedPorts ?? {}).map((port) => Number.parseInt(port, 10));
}

/** Absolute paths of the image mean files below its root; a shell's script is searched for them. */
function mapWord(word: string, rootfs: string): string {
  if (word.startsWith("/") && existsSync(join(rootfs, word))) return join(rootfs, word);
  if (!/\s/.test(word)) return word;
  return mapCommandPaths(word, {
    root: rootfs,
    isHostProgram: (path) => !existsSync(join(rootfs, path)) && existsSync(path),
  });
}

/** The image's variables, then the container's, on the host's PATH, and what keeps servers on the pod's address. */
function environment(image: RuntimeConfig, place: Place): Record<string, string> {
  const fromImage = Object.fromEntries(
    (image.Env ?? []).map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
  const asked = { ...fromImage, ...place.variables };
  const mapped = Object.entries(asked).map(([key, value]) => [
    key,
    value.startsWith("/") && existsSync(join(place.rootfs, value)) ? join(place.rootfs, value) : value,
  ]);
  const all: Record<string, string> = Object.fromEntries(mapped);
  return {
    ...all,
    PATH: [dirname(process.execPath), place.hostPath].join(delimiter),
    HOME: all.HOME ?? join(place.rootfs, "tmp"),
    NODE_OPTIONS: [all.NODE_OPTIONS, `--require ${JSON.stringify(join(here, "use-pod-ip.cjs"))}`]
      .filter(Boolean)
      .join(" "),
    PYTHONPATH: [join(here, "python"), all.PYTHONPATH].filter(Boolean).join(delimiter),
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    KEPLER_POD_IP: place.podIp,
    KEPLER_ROOTFS: place.rootfs,
  };
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
const fileIn = (rootfs: string, path: string): string | undefined =>
  isFile(join(rootfs, path)) ? join(rootfs, path) : undefined;

function findInImage({ rootfs }: Place, name: string): string | undefined {
  return ["/usr/local/bin", "/usr/bin", "/bin", "/app"]
    .map((folder) => fileIn(rootfs, join(folder, name)))
    .find((path) => path !== undefined);
}

const findOnHost = (hostPath: string, name: string): string | undefined =>
  [dirname(process.execPath), ...hostPath.split(delimiter)].map((folder) => join(folder, name)).find(isFile);

function isBinary(path: string): boolean {
  const file = openSync(path, "r");
  const magic = Buffer.alloc(4);
  readSync(file, magic, 0, 4, 0);
  closeSync(file);
  return magic.toString("latin1") === "\x7fELF";
}
