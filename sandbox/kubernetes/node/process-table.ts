import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

type Process = { parent: number; session: number; cpuSeconds: number };
type Memory = { own: number; shared: number };
export type TreeUsage = { cpuSeconds: number; memoryBytes: number };

/** All processes of this machine at one moment (Linux: /proc/<pid>/stat, see proc(5)); empty elsewhere. */
export class ProcessTable {
  readonly #processes = new Map<number, Process>();

  constructor() {
    for (const name of entriesOf("/proc")) {
      const found = /^\d+$/.test(name) ? readProcess(name) : undefined;
      if (found !== undefined) this.#processes.set(Number(name), found);
    }
  }

  /**
   * What these processes and all that came from them use: their time, also that of children already gone, and resident
   * memory. What processes share (a program's code, mostly) is counted once, as a container's group of them counts it.
   */
  usageOf(roots: readonly number[]): TreeUsage | undefined {
    const own = new Set(roots);
    const belongs = (pid: number, process: Process): boolean => {
      if (own.has(pid) || own.has(process.session)) return true;
      const parent = this.#processes.get(process.parent);
      return parent !== undefined && process.parent > 1 && belongs(process.parent, parent);
    };
    const members = [...this.#processes].filter(([pid, process]) => belongs(pid, process));
    if (members.length === 0) return undefined;
    const memory = members.map(([pid]) => readMemory(pid));
    return {
      cpuSeconds: members.reduce((sum, [, { cpuSeconds }]) => sum + cpuSeconds, 0),
      memoryBytes: memory.reduce((sum, { own }) => sum + own, 0) + Math.max(...memory.map(({ shared }) => shared)),
    };
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readProcess(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything; what follows the last bracket are numbers, from field 3 on.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const field = (number: number): number => Number(fields[number - 3]);
    return {
      parent: field(4),
      session: field(6),
      cpuSeconds: (field(14) + field(15) + field(16) + field(17)) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined;
  }
}

/** /proc/<pid>/statm: pages in all, resident, and of those the shared ones. */
function readMemory(pid: number): Memory {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, "latin1").split(" ").map(Number);
    return { own: (resident - shared) * PAGE_BYTES, shared: shared * PAGE_BYTES };
  } catch {
    return { own: 0, shared: 0 };
  }
}
