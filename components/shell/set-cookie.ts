const YEAR_SECONDS = 365 * 24 * 3600;

/** A preference that the server reads at the next page: never a secret. */
export function setCookie(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
