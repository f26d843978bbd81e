import "server-only";

/** Every process of a terminal carries this variable: so what it leaves behind can be found. */
const MARK = "KEPLER_TERMINAL";

// bash where there is one; UTF-8 unless the image says otherwise, or readline takes Chinese for control bytes.
const START = `export ${MARK}="$1" TERM=xterm-256color LANG="\${LANG:-C.UTF-8}"; if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh`;
const KILL_ALL = `for p in /proc/[0-9]*; do if grep -q "${MARK}=$1" "$p/environ" 2>/dev/null; then kill -9 "\${p#/proc/}"; fi; done`;

/** The shell of a terminal. */
export const shellCommand = (id: string): string[] => ["sh", "-c", START, "sh", id];

/**
 * Ends whatever a terminal has started and left: Kubernetes cuts the streams of an exec, not its processes.
 * Needs nothing of the container but `sh` and `grep`.
 */
export const killCommand = (id: string): string[] => ["sh", "-c", KILL_ALL, "sh", id];
