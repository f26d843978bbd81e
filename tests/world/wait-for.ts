/** Asks `probe` until it answers with something other than undefined, false or null; fails after `withinMs`. */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  withinMs = 30_000,
  everyMs = 25,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>;
    }
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await new Promise((tick) => setTimeout(tick, everyMs));
  }
}
