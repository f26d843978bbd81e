/**
 * Exactly these variables as the environment of a child process. (A framework in this repository narrows the type of
 * NODE_ENV and requires it; a program of someone else may get any value, or none.)
 */
export function processEnvironment(values: Record<string, string>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { NODE_ENV: "production" };
  Reflect.deleteProperty(env, "NODE_ENV");
  return Object.assign(env, values);
}
