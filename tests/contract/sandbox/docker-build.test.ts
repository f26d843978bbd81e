import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startRegistry } from "#sandbox/registry/main";
import { type Docker, readLayer, setUpDocker } from "./docker-ground.ts";

const OCI = "application/vnd.oci.image.manifest.v1+json";
const manifestSchema = z.object({ layers: z.array(z.object({ digest: z.string() })) });

let docker: Docker;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let host: string;

beforeAll(async () => {
  docker = await setUpDocker();
  registry = await startRegistry({ port: 0, home: join(docker.home, "registry"), logger: pino({ level: "silent" }) });
  host = new URL(registry.url).host;
  const login = await docker.run(["login", "-u", registry.user, "-p", registry.token, host]);
  expect(login.stdout).toContain("Login Succeeded");
});

afterAll(async () => {
  await registry.stop();
  await docker.remove();
});

/** Pushes what was built under this name and reads its layers back from the registry, oldest first. */
async function pushedLayers(name: string) {
  expect((await docker.run(["push", `${host}/${name}`])).exitCode).toBe(0);
  const [repository = "", tag = ""] = name.split(":");
  const authorization = `Bearer ${registry.token}`;
  const get = (path: string) =>
    fetch(`${registry.url}/v2/${repository}/${path}`, { headers: { authorization, accept: OCI } });
  const response = await get(`manifests/${tag}`);
  const { layers } = manifestSchema.parse(await response.json());
  const read = async ({ digest }: { digest: string }) =>
    readLayer(Buffer.from(await (await get(`blobs/${digest}`)).arrayBuffer()));
  return Promise.all(layers.map(read));
}

describe("configuration", () => {
  test("instructions end up in the image's configuration, variables expanded", async () => {
    const Dockerfile = [
      "ARG BASE=alpine",
      "FROM ${BASE}:3 AS run",
      "ARG VERSION=0",
      'ENV GREETING="hello world" PLACE=/srv',
      "LABEL version=${VERSION} note='a b'",
      "WORKDIR $PLACE/app",
      "EXPOSE 8080 53/udp",
      "USER 1000",
      'ENTRYPOINT ["run"]',
      "CMD --port ${PORT:-8080}",
    ].join("\n");
    expect(
      (await docker.build({ Dockerfile }, ["-t", `${host}/conf:v1`, "--build-arg", "VERSION=7", "--label", "by=test"]))
        .exitCode,
    ).toBe(0);
    const { Config } = await docker.inspect(`${host}/conf:v1`);
    expect(Config).toMatchObject({
      Env: expect.arrayContaining(["GREETING=hello world", "PLACE=/srv"]),
      WorkingDir: "/srv/app",
      ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
      User: "1000",
      Entrypoint: ["run"],
      Cmd: ["/bin/sh", "-c", "--port ${PORT:-8080}"],
      Labels: { version: "7", note: "a b", by: "test", "dev.kepler.sandbox.base": "alpine:3" },
    });
  });

  test("an unknown instruction is refused with its line", async () => {
    const { exitCode, stderr } = await docker.build({ Dockerfile: "FROM alpine\nCOPPY a b\n" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("dockerfile parse error on line 2: unknown instruction: COPPY");
  });
});

describe("files", () => {
  test("COPY honours .dockerignore, wildcards and stages; unneeded stages are not built", async () => {
    const files = {
      Dockerfile: [
        "FROM alpine AS unused",
        "RUN exit 9",
        "FROM alpine AS build",
        "WORKDIR /src",
        "COPY . .",
        "RUN cat a.txt b.txt > both.txt",
        "FROM alpine",
        "COPY --from=build /src/*.txt /out/",
        "COPY --from=build /src/kept /kept",
      ].join("\n"),
      ".dockerignore": "secret\nkept/*\n!kept/this\n",
      "a.txt": "a\n",
      "b.txt": "b\n",
      secret: "no",
      "kept/this": "yes",
      "kept/that": "no",
    };
    expect((await docker.build(files, ["-t", `${host}/files:v1`])).exitCode).toBe(0);
    const [texts, kept] = await pushedLayers("files:v1");
    expect([...(texts?.keys() ?? [])]).toEqual(["out/", "out/a.txt", "out/b.txt", "out/both.txt"]);
    expect(texts?.get("out/both.txt")).toEqual({ content: "a\nb\n", mtime: 0, linkname: null });
    expect([...(kept?.keys() ?? [])]).toEqual(["kept/", "kept/this"]);
  });

  test("a source that is not there fails the build", async () => {
    const { exitCode, stderr } = await docker.build({ Dockerfile: "FROM alpine\nCOPY nothing /\n" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('"/nothing": not found');
  });

  test("the same input gives the same digest", async () => {
    const files = { Dockerfile: "FROM alpine\nCOPY a.txt /a\nRUN mkdir /b && echo x > /b/c\n", "a.txt": "a" };
    const epoch = ["--build-arg", "SOURCE_DATE_EPOCH=0"];
    await docker.build(files, ["-t", "same:1", ...epoch]);
    await docker.build(files, ["-t", "same:2", ...epoch]);
    expect((await docker.inspect("same:1")).Id).toBe((await docker.inspect("same:2")).Id);
    await docker.build({ ...files, "a.txt": "other" }, ["-t", "same:3", ...epoch]);
    expect((await docker.inspect("same:3")).Id).not.toBe((await docker.inspect("same:1")).Id);
  });

  test("an image of the registry is a base with its layers; what is deleted becomes a whiteout", async () => {
    await docker.build({ Dockerfile: "FROM node:22\nCOPY a.txt b.txt /data/\nENV A=1\n", "a.txt": "a", "b.txt": "b" }, [
      "-t",
      `${host}/base:v1`,
      "--push",
    ]);
    const built = await docker.build({ Dockerfile: `FROM ${host}/base:v1\nRUN rm /data/a.txt\n` }, [
      "-t",
      `${host}/child:v1`,
    ]);
    expect(built.exitCode).toBe(0);
    const layers = await pushedLayers("child:v1");
    expect(layers.map((layer) => [...layer.keys()])).toEqual([
      ["data/", "data/a.txt", "data/b.txt"],
      ["data/.wh.a.txt"],
    ]);
    const { Config } = await docker.inspect(`${host}/child:v1`);
    expect(Config).toMatchObject({
      Env: expect.arrayContaining(["A=1"]),
      Labels: { "dev.kepler.sandbox.base": "node:22" },
    });
  });

  test("a link in the image never leads a copy to this machine's own files", async () => {
    const outside = join(docker.home, "outside");
    const Dockerfile = `FROM alpine\nRUN ["ln", "-s", "${outside}", "/escape"]\nRUN cd / && rm escape && ln -s ../../../../../../../../../..${outside} escape\nCOPY a.txt /escape/a.txt\n`;
    expect((await docker.build({ Dockerfile, "a.txt": "a" })).exitCode).toBe(0);
    expect(existsSync(outside)).toBe(false);
  });
});

describe("RUN", () => {
  test("a failing command fails the build with its exit code and its output", async () => {
    const { exitCode, stderr } = await docker.build({
      Dockerfile: "FROM alpine\nRUN echo before; exit 42; echo after\n",
    });
    expect(exitCode).toBe(42);
    expect(stderr).toMatch(/#4 \[2\/2\] RUN echo before; exit 42; echo after\n#4 \d+\.\d+ before\n#4 ERROR: process/);
  });

  test("absolute paths mean the image, the agent's environment stays outside", async () => {
    const Dockerfile = [
      "FROM alpine",
      "ENV DATA=/kepler-test-data",
      'RUN mkdir -p /kepler-test-data $DATA/deep && echo "[$SECRET_OF_THE_AGENT]" >/kepler-test-data/secret 2>/dev/null',
      "RUN rm -rf /var/cache/* /tmp/* ~/.cache && /bin/sh -c 'echo hi > /kepler-test-data/deep/hi'",
      "RUN <<EOF",
      "cd /kepler-test-data",
      "echo doc > doc",
      "EOF",
    ].join("\n");
    expect(await docker.build({ Dockerfile }, ["-t", `${host}/paths:v1`])).toMatchObject({ exitCode: 0 });
    const files = new Map((await pushedLayers("paths:v1")).flatMap((layer) => [...layer]));
    expect(files.get("kepler-test-data/secret")?.content).toBe("[]\n");
    expect(files.get("kepler-test-data/deep/hi")?.content).toBe("hi\n");
    expect(files.get("kepler-test-data/doc")?.content).toBe("doc\n");
    expect(existsSync("/kepler-test-data")).toBe(false);
  });

  test("package managers are not run on this machine, and the log says so", async () => {
    const { exitCode, stderr } = await docker.build({
      Dockerfile: "FROM alpine\nRUN apk add --no-cache curl && adduser -D app\n",
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/sandbox: apk is not run, .* skipped: apk add --no-cache curl/);
    expect(stderr).toMatch(/skipped: adduser -D app/);
  });

  test("without the compiler the artefact is a stand-in that the image's label tells of", async () => {
    const Dockerfile = [
      "FROM golang:1 AS go",
      "RUN go build -o /out/app .",
      "FROM maven:3 AS java",
      "RUN mvn package",
      "FROM alpine",
      "COPY --from=go /out/app /app",
      "COPY --from=java /src/target/*.jar /app.jar",
    ].join("\n");
    const { exitCode, stderr } = await docker.build({ Dockerfile }, ["-t", `${host}/compiled:v1`], {
      hostPath: join(docker.home, "no-tools"),
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("go build -o");
    expect(stderr).toContain("the build goes on with a stand-in");
    const label = (await docker.inspect(`${host}/compiled:v1`)).Config.Labels["dev.kepler.sandbox.stand-in"];
    expect(label).toBe("go: this host has no such tool; mvn: this host has no such tool");
    const files = new Map((await pushedLayers("compiled:v1")).flatMap((layer) => [...layer]));
    expect([...files.keys()]).toEqual(["app", "app.jar"]);
  });

  test("a build leaves nothing behind but its image", async () => {
    await docker.build({ Dockerfile: "FROM alpine\nRUN mkdir /locked && touch /locked/x && chmod 500 /locked\n" });
    expect(await readdir(join(docker.home, "scratch"))).toEqual([]);
  });
});

describe("registry", () => {
  test("a push without credentials is denied, a wrong login is refused", async () => {
    await docker.build({ Dockerfile: "FROM alpine\n" }, ["-t", `${host}/denied:v1`]);
    expect((await docker.run(["login", "-u", "kepler", "-p", "wrong", host])).exitCode).toBe(1);
    await docker.run(["logout", host]);
    const push = await docker.run(["push", `${host}/denied:v1`]);
    expect(push.exitCode).toBe(1);
    expect(push.stderr).toContain("denied: requested access to the resource is denied");
    await docker.run(["login", "-u", registry.user, "-p", registry.token, host]);
  });
});
