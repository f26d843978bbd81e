import { type z } from "zod";
import { specImage } from "./spec/image-schema.ts";
import { refineSettings } from "./spec/spec-rules.ts";
import { storedSettings } from "./spec/stored-schema.ts";

/**
 * AppSpec: everything wanted of an app in one environment, as one versioned document (ARCHITECTURE.md, "The one idea").
 * A release freezes one; each screen edits one part of it. Units stand in the names: millis of a CPU core, bytes, seconds.
 */
export { imageDigest } from "./spec/image-schema.ts";
export { appName } from "./spec/names-schema.ts";
export { RESOURCE_PRESETS } from "./spec/resources-schema.ts";
export { fixedProblems } from "./spec/spec-rules.ts";
export { SPEC_VERSION, storedSettings } from "./spec/stored-schema.ts";
export { DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, DEFAULT_STRATEGY, MOST_REPLICAS } from "./spec/workload-schema.ts";

/** Everything but the image, as people ask for it: what the create wizard and later screens edit. */
export const appSettings = storedSettings.superRefine(refineSettings);
export type AppSettings = z.infer<typeof appSettings>;
/** The same as it may be sent: what has a default may be left out. */
export type AppSettingsInput = z.input<typeof appSettings>;

/** What a release froze. */
export const appSpec = storedSettings.extend({ image: specImage });
export type AppSpec = z.infer<typeof appSpec>;
