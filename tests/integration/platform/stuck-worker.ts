/** A worker that takes a job and never comes back; queue-crash.test.ts kills it. */
import { defineJob, openQueue } from "#lib/platform/queue";

const queue = await openQueue(process.argv[2] ?? "", { supervise: true });
await queue.work(defineJob("crash", { concurrency: 1 }), (key) => {
  process.stdout.write(`running ${key}\n`);
  return new Promise(() => undefined);
});
