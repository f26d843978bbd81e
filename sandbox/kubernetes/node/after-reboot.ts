import { timeText } from "../controllers/conditions.ts";
import { type ContainerState, type ContainerStatus } from "../objects.ts";

/** Exit code of what SIGKILL has ended. */
export const KILLED = 137;

/** What a container begins with: whatever ran before this sandbox started is gone now, a restart as after a node's reboot. */
export function afterReboot(
  before: ContainerStatus | undefined,
  now: Date,
): { restartCount: number; lastState: ContainerState } {
  if (before === undefined) return { restartCount: 0, lastState: {} };
  const { state, restartCount, containerID } = before;
  const ran = state.running ?? state.terminated ?? before.lastState.terminated;
  return { restartCount: restartCount + (ran === undefined ? 0 : 1), lastState: endOf(state, containerID, now) };
}

function endOf({ running, terminated }: ContainerState, containerID: string | undefined, now: Date): ContainerState {
  if (terminated !== undefined) return { terminated };
  if (running === undefined) return {};
  const { startedAt } = running;
  return { terminated: { exitCode: KILLED, reason: "Error", startedAt, finishedAt: timeText(now), containerID } };
}
