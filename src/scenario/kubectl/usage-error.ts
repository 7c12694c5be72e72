/** A command line that kubectl would not take; found before anything runs. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  constructor(
    message: string,
    /** Offset in the command line of what is wrong; absent: the line as a whole. */
    readonly offset?: number,
  ) {
    super(message);
  }
}
