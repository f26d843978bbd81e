import { type RuntimeConfig } from "./image.ts";

type KnownBase = { name: RegExp; config: RuntimeConfig; folders?: string[] };

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What the widely used base images bring in their configuration. The sandbox downloads none of them: the host's own
 * programs stand for their files (entry-point scripts are left out for that reason), and the node chooses the program by the label `dev.kepler.sandbox.base`.
 */
const KNOWN_BASES: KnownBase[] = [
  {
    name: /(^|\/)node$/,
    config: { Env: [PATH], Cmd: ["node"] },
    folders: ["home/node"],
  },
  { name: /(^|\/)python$/, config: { Env: [PATH, "LANG=C.UTF-8"], Cmd: ["python3"] } },
  {
    name: /(^|\/)golang$/,
    config: {
      Env: ["PATH=/go/bin:/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin", "GOPATH=/go"],
      Cmd: ["bash"],
      WorkingDir: "/go",
    },
    folders: ["go/bin", "go/src"],
  },
  { name: /(^|\/)maven$/, config: { Env: [PATH, "MAVEN_HOME=/usr/share/maven"], Cmd: ["mvn"] } },
  { name: /(^|\/)gradle$/, config: { Env: [PATH], Cmd: ["gradle"] } },
  {
    name: /(^|\/)(eclipse-temurin|openjdk|amazoncorretto)$/,
    config: { Env: [PATH, "JAVA_HOME=/opt/java/openjdk"], Cmd: ["jshell"] },
  },
  {
    name: /(^|\/)nginx(-unprivileged)?$/,
    config: {
      Env: [PATH],
      Cmd: ["nginx", "-g", "daemon off;"],
      ExposedPorts: { "80/tcp": {} },
      StopSignal: "SIGQUIT",
    },
    folders: ["usr/share/nginx/html", "etc/nginx/conf.d"],
  },
  {
    name: /(^|\/)httpd$/,
    config: {
      Env: [PATH],
      Cmd: ["httpd-foreground"],
      WorkingDir: "/usr/local/apache2",
      ExposedPorts: { "80/tcp": {} },
    },
    folders: ["usr/local/apache2/htdocs"],
  },
  { name: /(^|\/)alpine$/, config: { Env: [PATH], Cmd: ["/bin/sh"] } },
  { name: /(^|\/)busybox$/, config: { Env: [PATH], Cmd: ["sh"] } },
  { name: /(^|\/)(debian|ubuntu)$/, config: { Env: [PATH], Cmd: ["bash"] } },
  { name: /distroless\/nodejs/, config: { Env: [PATH], Entrypoint: ["node"], User: "0" } },
  { name: /distroless\//, config: { Env: [PATH], User: "0" }, folders: ["home/nonroot"] },
  { name: /^scratch$/, config: { Env: [PATH] } },
];

/** Folders that every distribution has, so that a step may write below them; they are part of no layer. */
const USUAL_FOLDERS =
  "bin etc home lib opt root run sbin srv tmp usr/bin usr/lib usr/local/bin usr/share var/cache var/lib var/log var/run".split(
    " ",
  );

/** Configuration and folders of a base image by its repository name; an unknown one has just a PATH. */
export function knownBase(repository: string): { config: RuntimeConfig; folders: string[] } {
  const known = KNOWN_BASES.find((base) => base.name.test(repository));
  return { config: known?.config ?? { Env: [PATH] }, folders: [...USUAL_FOLDERS, ...(known?.folders ?? [])] };
}
