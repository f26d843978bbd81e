import { type z } from "zod";
import { type Client, type ClientSpec } from "./client.ts";

/** A Python that has a package; Debian's own interpreter first, for its packages are no other's. */
export const pythonWith = (name: string, module: string): ClientSpec => ({
  name,
  variable: "CLIENT_PYTHON",
  programs: ["/usr/bin/python3", "python3"],
  probe: ["-c", `import ${module}`],
});

/** Runs a script after `prelude`; what it leaves in `result` comes back as JSON, in the shape that the test expects. */
export async function runPython<T extends z.ZodType>(
  python: Client,
  { prelude, script, shape }: { prelude: string; script: string; shape: T },
): Promise<z.infer<T>> {
  const source = `import json\n${prelude}\n${script}\nprint(json.dumps(result))\n`;
  const printed = await python.ok(["-"], { input: source });
  return shape.parse(JSON.parse(printed.trim().split("\n").at(-1) ?? ""));
}

/** `gl` is a python-gitlab that is signed in, `project` a sample; a script leaves its findings in `result`. */
export const gitlabPrelude = ({ url, token }: { url: string; token: string }): string => `import gitlab
gl = gitlab.Gitlab(${JSON.stringify(url)}, private_token=${JSON.stringify(token)})
gl.auth()
project = gl.projects.get("samples/node-hello")`;
