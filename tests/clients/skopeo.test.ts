import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { startWorld, type World } from "../world/sandbox.ts";
import { describeClient } from "./client.ts";
import { writeImageLayout } from "./image-layout.ts";

const inspected = z.object({
  Digest: z.string(),
  Labels: z.record(z.string(), z.string()).nullable(),
  Architecture: z.string(),
});
const listed = z.object({ Tags: z.array(z.string()) });

describeClient({ name: "skopeo", variable: "CLIENT_SKOPEO", programs: ["skopeo"], probe: ["--version"] }, (skopeo) => {
  let world: World<"registry">;
  beforeAll(async () => {
    world = await startWorld(["registry"]);
    await writeImageLayout(join(skopeo.folder(), "layout"), "made", ["amd64", "arm64"]);
  });
  afterAll(() => world.stop());

  const own = () => `${world.registry.user}:${world.registry.token}`;
  const at = (reference: string) => `docker://${new URL(world.registry.url).host}/${reference}`;
  const layout = () => `oci:${skopeo.folder()}/layout:made`;
  const insecure = ["--insecure-policy"];
  const push = (reference: string, options: string[] = []) =>
    skopeo.ok([
      ...insecure,
      "copy",
      ...options,
      "--dest-tls-verify=false",
      `--dest-creds=${own()}`,
      layout(),
      at(reference),
    ]);
  const json = async <T extends z.ZodType>(shape: T, args: string[]): Promise<z.infer<T>> =>
    shape.parse(JSON.parse(await skopeo.ok(args)));

  test("pushes an image with a token of its credentials, and anyone inspects and pulls it", async () => {
    await push("clients/one:v1");
    const image = await json(inspected, ["inspect", "--tls-verify=false", at("clients/one:v1")]);
    expect(image).toMatchObject({ Labels: { made: "by-hand" }, Architecture: "amd64" });
    const target = `dir:${skopeo.folder()}/pulled`;
    await skopeo.ok([...insecure, "copy", "--src-tls-verify=false", at(`clients/one@${image.Digest}`), target]);
  });

  test("is refused where it may not push", async () => {
    const wrong = [
      ...insecure,
      "copy",
      "--dest-tls-verify=false",
      "--dest-creds=kepler:wrong",
      layout(),
      at("clients/no:v1"),
    ];
    expect(await skopeo.run(wrong)).toMatchObject({ code: 1 });
    const nobody = [...insecure, "copy", "--dest-tls-verify=false", "--dest-no-creds", layout(), at("clients/no:v1")];
    const { code, stderr } = await skopeo.run(nobody);
    expect(code).toBe(1);
    expect(stderr).toContain("authentication required");
  });

  test("lists tags over as many pages as there are", async () => {
    const tags = ["v1", "v2", "v10", "latest"];
    for (const tag of tags) await push(`clients/tags:${tag}`);
    const { Tags } = await json(listed, ["list-tags", "--tls-verify=false", at("clients/tags")]);
    expect(Tags.sort()).toEqual(tags.sort());
  });

  test("copies a whole index to another repository, mounting what is there, and each platform is found", async () => {
    await push("clients/index:multi", ["--all"]);
    const both = [`--src-creds=${own()}`, `--dest-creds=${own()}`, "--src-tls-verify=false", "--dest-tls-verify=false"];
    await skopeo.ok([...insecure, "copy", "--all", ...both, at("clients/index:multi"), at("clients/mirror:multi")]);
    const raw = ["inspect", "--tls-verify=false", "--raw"];
    expect(await skopeo.ok([...raw, at("clients/mirror:multi")])).toBe(
      await skopeo.ok([...raw, at("clients/index:multi")]),
    );
    const inspect = ["inspect", "--tls-verify=false", "--override-arch=arm64"];
    expect(await json(inspected, [...inspect, at("clients/mirror:multi")])).toMatchObject({ Architecture: "arm64" });
  });

  test("deletes by digest, and every tag of it is gone", async () => {
    await push("clients/gone:a");
    await push("clients/gone:b");
    await skopeo.ok(["delete", "--tls-verify=false", `--creds=${own()}`, at("clients/gone:a")]);
    const { code, stderr } = await skopeo.run(["inspect", "--tls-verify=false", at("clients/gone:b")]);
    expect(code).toBe(1);
    expect(stderr).toContain("manifest unknown");
    expect(
      await json(z.object({ Tags: z.null().or(z.array(z.string())) }), [
        "list-tags",
        "--tls-verify=false",
        at("clients/gone"),
      ]),
    ).toEqual({ Tags: [] });
  });
});
