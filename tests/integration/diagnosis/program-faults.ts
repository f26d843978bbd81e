import { type Fault } from "./fault.ts";
import { ended, own, with1, withSpec } from "./fault-objects.ts";

/** The program ends, cannot begin, or holds too much. */
export const programFaults: Fault[] = [
  {
    name: "a program that ends with an error",
    objects: with1(ended(`console.error("no database here");process.exit(7)`)),
    rule: "crash",
    sentence: /starts and ends again and again \(\d+ restarts?, exit code 7\)/,
    evidence: /no database here/,
    action: { kind: "log", previous: true },
  },
  {
    name: "a program that writes megabytes without an end of line before it ends",
    // On one stream: of two, which line the node writes last is chance.
    objects: with1(ended(`process.stderr.write("x".repeat(8e6)+"\\nno room left\\n",()=>process.exit(7))`)),
    rule: "crash",
    sentence: /starts and ends again and again \(\d+ restarts?, exit code 7\)/,
    evidence: / (x{1,500}…?\n)+no room left$/,
    action: { kind: "log", previous: true },
  },
  {
    name: "a program that is done at once",
    objects: with1(ended(`process.exit(0)`)),
    rule: "crash",
    sentence: /starts and ends again and again \(\d+ restarts?, exit code 0\)/,
    evidence: /Completed · exit code 0/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "a command that the image does not have",
    objects: with1({ command: ["/no/such/program"] }),
    rule: "crash",
    sentence: /cannot be started: .*no such file or directory/,
    evidence: /no such file or directory/,
    action: { kind: "settings", section: "start" },
  },
  {
    name: "an init container that fails",
    objects: (ground) => {
      const init = {
        ...own(ground),
        name: "migrate",
        command: ["node", "-e", `console.log("table is locked");process.exit(3)`],
      };
      return withSpec({ initContainers: [init] })(ground);
    },
    rule: "crash",
    sentence: /The init container migrate of t-\S+ does not get done \(\d+ restarts?, exit code 3\)/,
    evidence: /table is locked/,
    action: { kind: "log" },
  },
  {
    name: "more memory than the limit",
    objects: with1({
      ...ended(`const held=[];setInterval(()=>held.push(Buffer.alloc(32*2**20,1)),50)`),
      resources: { requests: { memory: "64Mi" }, limits: { memory: "128Mi" } },
    }),
    rule: "memory",
    sentence: /was ended for holding more than its 128Mi of memory/,
    evidence: /OOMKilled/,
    action: { kind: "settings", section: "size", field: "resources.memoryLimitBytes" },
  },
];
