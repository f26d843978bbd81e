/**
 * The six ways in which anything can fail, everywhere in Kepler. Clients, use cases and reconcilers throw only these.
 * `message` is a public sentence: it may be shown to any person and never holds a secret; the technical story is in `cause`.
 */
export const ERROR_CODES = ["not-found", "conflict", "denied", "rate-limited", "unavailable", "invalid"] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * One wrong field: `path` as in the form ("ports.0.port"), `message` a sentence or a message key; `sentence` is for the
 * person who asked, in their language, and is added where a request is answered.
 */
export type FieldError = { path: string; message: string; sentence?: string };

type Options = {
  /** "gitlab", "jenkins", "registry", "kubernetes", "kepler" … : who said it. */
  system?: string;
  /** What a person can do next, as a sentence. */
  next?: string;
  fields?: FieldError[];
  /** For rate limits and outages that say when to come back. */
  retryAfterMs?: number;
  cause?: unknown;
};

/** What is kept in a row and sent to a browser: everything public of an error, nothing else. */
export type PublicError = { code: ErrorCode; message: string; system: string; next?: string; fields?: FieldError[] };

export abstract class KeplerError extends Error {
  abstract readonly code: ErrorCode;
  readonly system: string;
  readonly next?: string;
  readonly fields?: FieldError[];
  readonly retryAfterMs?: number;

  constructor(message: string, options: Options = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.system = options.system ?? "kepler";
    this.next = options.next;
    this.fields = options.fields;
    this.retryAfterMs = options.retryAfterMs;
  }

  toPublic(): PublicError {
    return { code: this.code, message: this.message, system: this.system, next: this.next, fields: this.fields };
  }
}

/** The thing does not exist, or the actor may not know that it does. */
export class NotFound extends KeplerError {
  readonly code = "not-found";
}
/** The world has changed since it was looked at: a name is taken, a version moved, a field has another owner. */
export class Conflict extends KeplerError {
  readonly code = "conflict";
}
/** Known, and not allowed. */
export class Denied extends KeplerError {
  readonly code = "denied";
}
/** Come back later: see `retryAfterMs`. */
export class RateLimited extends KeplerError {
  readonly code = "rate-limited";
}
/** No usable answer: refused, timed out, truncated, 5xx, not what the protocol says. Trying again may help. */
export class Unavailable extends KeplerError {
  readonly code = "unavailable";
}
/** The request itself is wrong; trying again unchanged cannot help. */
export class Invalid extends KeplerError {
  readonly code = "invalid";
}

/** True for failures that pass by themselves, so that a reconciler waits instead of giving up. */
export function isTransient(error: unknown): error is RateLimited | Unavailable {
  return error instanceof RateLimited || error instanceof Unavailable;
}

/** Any thrown value as a public error; what is not one of the six becomes `unavailable` with a neutral sentence. */
export function toPublicError(error: unknown): PublicError {
  if (error instanceof KeplerError) return error.toPublic();
  return { code: "unavailable", message: "Something went wrong inside Kepler.", system: "kepler" };
}

const OF_CODE = {
  "not-found": NotFound,
  conflict: Conflict,
  denied: Denied,
  "rate-limited": RateLimited,
  unavailable: Unavailable,
  invalid: Invalid,
} as const satisfies Record<ErrorCode, unknown>;

/** A public error as one to throw. */
export function fromPublicError({ code, message, system, next, fields }: PublicError): KeplerError {
  return new OF_CODE[code](message, { system, next, fields });
}
