const SECRET_NAME =
  /pass(word|wd|phrase)?|pwd|secret|token|credential|private|api_?key|access_?key|(^|_)key(_|$)|auth|cookie|salt|dsn/i;
const USER_INFO = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i;

/** Values of variables that must not be seen: those whose name says so, and passwords inside addresses. */
export function secretsAmong(variables: readonly { name: string; value: string }[]): string[] {
  const found = variables.flatMap(({ name, value }) => {
    const password = USER_INFO.exec(value)?.[1];
    return [...(SECRET_NAME.test(name) ? [value] : []), ...(password === undefined ? [] : [password])];
  });
  return [...new Set(found)];
}
