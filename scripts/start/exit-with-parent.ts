/**
 * Preloaded into every child of the start script: a start script that was killed cannot say goodbye, but its end of the
 * channel closes. The child then stops as if it had been asked to, so that nothing is left behind holding its port.
 */
const LAST_CHANCE_MS = 10_000;

// Our children's own workers inherit this preload; their channel is not ours.
if (process.env.KEPLER_START_PID === String(process.ppid)) {
  process.channel?.unref();
  process.once("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), LAST_CHANCE_MS).unref();
  });
}

export {};
