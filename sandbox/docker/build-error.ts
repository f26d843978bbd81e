/** A build that fails by its own fault (Dockerfile, context, failing step); `exitCode` is what `docker build` leaves with. */
export class BuildError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
