import "server-only";

/**
 * Lets many who ask the same within `keptMs` have one answer, up to so old: for figures that change more slowly than pages
 * ask for them. What was not to be had is asked for again at once. The answer is shared: nobody may change it.
 */
export function keptReads<T>(keptMs: number): (key: string, now: Date, read: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { until: number; answer: Promise<T> }>();
  return (key, now, read) => {
    const at = now.getTime();
    // Kept for the same time each, so the oldest stand first.
    for (const [old, { until }] of kept) {
      if (until > at) break;
      kept.delete(old);
    }
    const known = kept.get(key);
    if (known) return known.answer;
    const answer = read();
    kept.set(key, { until: at + keptMs, answer });
    answer.catch(() => kept.delete(key));
    return answer;
  };
}
