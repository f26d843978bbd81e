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

/**
 * `server` is a python-jenkins that is signed in; `pipeline(steps, parameters)` is a job's XML, `build()` waits until
 * one has left the queue, `ended()` until it has ended.
 */
export const jenkinsPrelude = ({ url, user, token }: { url: string; user: string; token: string }): string =>
  `import jenkins, requests, time
server = jenkins.Jenkins(${JSON.stringify(url)}, username=${JSON.stringify(user)}, password=${JSON.stringify(token)}, timeout=20)
def pipeline(steps, parameters=()):
    declared = "".join(f"<hudson.model.StringParameterDefinition><name>{n}</name><defaultValue>{v}</defaultValue></hudson.model.StringParameterDefinition>" for n, v in parameters)
    properties = f"<hudson.model.ParametersDefinitionProperty><parameterDefinitions>{declared}</parameterDefinitions></hudson.model.ParametersDefinitionProperty>" if declared else ""
    return f"""<?xml version='1.1' encoding='UTF-8'?>
<flow-definition plugin="workflow-job"><description>From Python</description><properties>{properties}</properties>
<definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps"><script>pipeline {{ agent any
stages {{ stage('Work') {{ steps {{ {steps} }} }} }} }}</script><sandbox>true</sandbox></definition></flow-definition>"""
def until(find, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = find()
        if found: return found
        time.sleep(0.1)
    raise AssertionError("it did not come")
def build(name, parameters=None):
    item = server.build_job(name, parameters)
    return until(lambda: (server.get_queue_item(item).get("executable") or {}).get("number"))
def cancel(item):
    try:
        server.cancel_queue(item)
    except jenkins.EmptyResponseException:
        pass  # older versions read Jenkins' 204 as an error; the item is cancelled all the same
def ended(name, number):
    return until(lambda: (lambda b: b if not b["building"] else None)(server.get_build_info(name, number)))`;
