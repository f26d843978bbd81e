const two = (value: number): string => String(value).padStart(2, "0");

/** A moment as `<input type="datetime-local">` has it: the person's own wall clock, to the minute. */
export function toLocalInput(at: Date): string {
  const day = [String(at.getFullYear()).padStart(4, "0"), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * The moment that such a field means; null while it holds none. ECMAScript reads a date and time without a zone as local
 * (https://tc39.es/ecma262/#sec-date-time-string-format); where a clock is set forward, the time after the gap is meant.
 */
export function fromLocalInput(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}
