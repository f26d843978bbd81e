let last: Promise<unknown> = Promise.resolve();

/** Runs what takes much of the machine one after another: walks that all began at once would stand in each other's way. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
