import { afterAll, beforeAll, describe } from "vitest";
import { startWorld, type World } from "#tests/world/sandbox";
import { registrySuite } from "./registry-suite.ts";

describe("the registry", () => {
  let world: World<"registry">;
  beforeAll(async () => {
    world = await startWorld(["registry"]);
  });
  afterAll(() => world?.stop());

  registrySuite(() => world.registry);
});
