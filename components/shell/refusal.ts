import type { ApiError } from "./api.ts";

/** The "error" of a stream that the server would not open, with what it said. */
export class Refusal extends Event {
  readonly error: ApiError;
  constructor(error: ApiError) {
    super("error");
    this.error = error;
  }
}
