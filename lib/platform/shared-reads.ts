import "server-only";

/**
 * Lets many who ask the same at once have one answer, without anyone getting an older one than alone: a read that is on its
 * way may have begun before what its asker has heard of, so whoever comes meanwhile shares the next. For each key one read
 * runs and one waits, however many ask. The answer is shared: nobody may change it.
 */
export function sharedReads<T>(): (key: string, read: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const waiting = new Map<string, Promise<T>>();
  const start = (key: string, read: () => Promise<T>): Promise<T> => {
    const answer = read().finally(() => running.delete(key));
    running.set(key, answer);
    return answer;
  };
  return (key, read) => {
    const next = waiting.get(key);
    if (next) return next;
    const now = running.get(key);
    if (!now) return start(key, read);
    const turn = () => {
      waiting.delete(key);
      return start(key, read);
    };
    const answer = now.then(turn, turn);
    waiting.set(key, answer);
    return answer;
  };
}
