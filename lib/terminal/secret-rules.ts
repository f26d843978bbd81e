const SECRET_NAME =
  /pass(word|wd|phrase)?|pwd|secret|token|credential|private|api_?key|access_?key|(^|_)key(_|$)|auth|cookie|salt|dsn/i;
/** `user:password` of an address (RFC 3986, 3.2.1); it is looked through once, for the value is anybody's text. */
const USER_INFO = /^[a-z][a-z0-9+.-]*:\/\/([^/@\s]*)@/i;

/**
 * Values of variables that must not be seen: those whose name says so, and passwords inside addresses, as they stand there
 * and as their program knows them.
 */
export function secretsAmong(variables: readonly { name: string; value: string }[]): string[] {
  const found = variables.flatMap(({ name, value }) => {
    return [...(SECRET_NAME.test(name) ? [value] : []), ...passwordIn(value)];
  });
  return [...new Set(found)];
}

function passwordIn(address: string): string[] {
  const [, userInfo = ""] = USER_INFO.exec(address) ?? [];
  const colon = userInfo.indexOf(":");
  const password = userInfo.slice(colon + 1);
  return colon < 0 || password === "" ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
