import { existsSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest where files run side by side, the longest first (seconds on two cores in brackets). */
const LONGEST = [
  "tests/integration/faults/faults.test.ts", // 135
  "tests/integration/start/start.test.ts", // 63
  "tests/integration/releases/control.test.ts", // 59
  "tests/integration/releases/many-releases.test.ts", // 56
  "tests/integration/releases/reconcile.test.ts", // 51
  "tests/integration/releases/stateful.test.ts", // 51
  "tests/integration/traffic/failover.test.ts", // 49
  "tests/integration/retire/reconcile.test.ts", // 47
  "tests/integration/config/secrets.test.ts", // 41
  "tests/integration/releases/scale-lease.test.ts", // 34
  "tests/integration/releases/held-commit.test.ts", // 30
  "tests/e2e/verbs.test.ts", // 106
  "tests/e2e/pages.test.ts", // 100
  "tests/e2e/mesh.test.ts", // 62
  "tests/e2e/settings.test.ts", // 52
  "tests/e2e/diagnosis.test.ts", // 47
  "tests/cluster/journey.test.ts", // 90
  "tests/clients/python-jenkins.test.ts", // 27
];

/**
 * Begins with the files that take longest: one of them begun late runs on alone when all others are done. Vitest's own
 * order knows the durations of the last run, of which a fresh checkout has none, and goes by the size of files then.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = LONGEST.filter((file) => !existsSync(file));
    if (gone.length > 0) throw new Error(`scripts/longest-first.ts names files that are gone: ${gone.join(", ")}`);
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return found < 0 ? LONGEST.length : found;
    };
    const projects = Map.groupBy(await super.sort(files), ({ project }) => project.name);
    return [...projects.values()].flatMap((own) => own.toSorted((a, b) => place(a) - place(b)));
  }
}
