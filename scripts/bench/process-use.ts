import { readdir, readFile } from "node:fs/promises";

/** Process ids of a product's parts: all carry its home in their environment. Linux only, like the sandbox's pods. */
export async function processOf(home: string, command: RegExp): Promise<number> {
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file: string) => readFile(`/proc/${name}/${file}`, "utf8").catch(() => "");
    const [environ, line] = await Promise.all([read("environ"), read("cmdline")]);
    if (environ.split("\0").includes(`KEPLER_HOME=${home}`) && command.test(line.replaceAll("\0", " ")))
      return Number(name);
  }
  throw new Error(`no process of ${home} is called ${command}`);
}

/** VmRSS in MB. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const TICK_MS = 10;

/** Processor time that a process has used so far, in ms: unlike a duration it does not grow with what else the machine does. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // After the name, which may hold anything, utime and stime are the 12th and 13th (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The most that a process holds while `work` goes on, in MB; looked at ten times a second. */
export async function peakMbDuring<T>(pid: number, work: () => Promise<T>): Promise<{ peakMb: number; value: T }> {
  let peakMb = 0;
  const look = async () => (peakMb = Math.max(peakMb, await residentMb(pid)));
  const timer = setInterval(() => void look(), 100);
  try {
    const value = await work();
    await look();
    return { peakMb, value };
  } finally {
    clearInterval(timer);
  }
}
