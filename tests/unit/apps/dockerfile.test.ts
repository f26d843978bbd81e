import { describe, expect, it } from "vitest";
import { readDockerfile } from "#lib/apps/check-dockerfile";
import { DOCKERFILE_TEMPLATES } from "#lib/apps/dockerfile-templates";
import { languageOfFiles, languageOfImages } from "#lib/apps/language-rules";
import { LANGUAGES } from "#lib/apps/schema";

describe("reading a Dockerfile", () => {
  it("tells base images from stages of its own", () => {
    const read = readDockerfile(
      "FROM node:24 AS build\nRUN npm ci\nFROM build AS test\nFROM nginx:1.29\nCOPY --from=build /a /b\n",
    );
    expect(read).toEqual({ baseImages: ["node:24", "nginx:1.29"], exposedPorts: [], stages: 3 });
  });

  it("finds ports that are written as numbers", () => {
    expect(readDockerfile("FROM x\nEXPOSE 8080/tcp 9090\nEXPOSE $PORT 53/udp 99999 8080\n").exposedPorts).toEqual([
      8080, 9090,
    ]);
  });

  it("survives what is no Dockerfile at all", () => {
    expect(readDockerfile("\0\n<html>")).toEqual({ baseImages: [], exposedPorts: [], stages: 0 });
  });
});

describe("guessing the language", () => {
  it.each([
    [["docker.io/library/golang:1.24-alpine@sha256:abc", "gcr.io/distroless/static"], "go"],
    [["registry:5000/eclipse-temurin:21"], "java"],
    [["node:24", "nginx"], "nodejs"],
    [["python:3.13-slim"], "python"],
    [["nginxinc/nginx-unprivileged:1.29"], "static"],
    [["debian:12"], "other"],
  ])("from %j", (images, language) => expect(languageOfImages(images)).toBe(language));

  it("from files in the root only", () => {
    expect(languageOfFiles(["README.md", "go.mod"])).toBe("go");
    expect(languageOfFiles(["docs/package.json"])).toBe("other");
  });
});

describe("templates", () => {
  it.each(LANGUAGES.filter((language) => language !== "other"))(
    "for %s are recognised as what they are",
    (language) => {
      const read = readDockerfile(DOCKERFILE_TEMPLATES[language]);
      expect(languageOfImages(read.baseImages)).toBe(language);
      expect(read.exposedPorts).toEqual([8080]);
    },
  );
});
