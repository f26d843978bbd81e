import "server-only";
import { jenkinsJobName } from "#lib/apps/naming-rules";
import { isOurJob } from "#lib/builds/pipeline-manifests";
import { configured } from "../retire-world.ts";
import { adopt, asking, effect, ledgerOf, nothingSeen, type StepContext, type Verdict } from "./step-context.ts";

const system = "jenkins";
const kind = "job";

/** Removes the pipeline job, with Jenkins' own copies of its logs. A job of that name which is not this service's stays. */
export async function clearJob(context: StepContext): Promise<Verdict> {
  const { world, row, signal } = context;
  const jenkins = configured(world.jenkins, system, "Jenkins");
  const entries = ledgerOf(context, system, kind);
  const looked = { ...nothingSeen(), absent: entries.map(({ id }) => id) };
  for (const path of new Set([...entries.map(({ key }) => key), jenkinsJobName(row.app.name)])) {
    const job = await asking(world, system, () => jenkins.findJob(path, { signal }));
    if (!job) continue;
    if (!isOurJob(job.configXml, row.appId)) {
      looked.findings.push({ system, kind, key: path, why: "anothers" });
      continue;
    }
    await adopt(context, { system, kind, key: path });
    await effect(context, () => asking(world, system, () => jenkins.deleteJob(path, { signal })));
    return { is: "again", removed: path };
  }
  return { is: "done", ...looked };
}
