import { defineConfig } from "prisma/config";

// The native schema engine is a download that not every network allows; `generate` and `validate` run without it
// once a path is set. `/bin/false` makes any command that would really need it fail aloud (see docs/decisions).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= "/bin/false";

export default defineConfig({ schema: "prisma/schema" });
