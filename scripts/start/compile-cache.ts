import { resolve } from "node:path";

/**
 * Where node keeps what it has compiled of our sources and of the packages, for the next process of this checkout: a third
 * less to do before a worker is ready (https://nodejs.org/api/module.html#module-compile-cache). Safe to delete.
 */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/node") };
