/** Exit codes, and how an error reaches the user: one line each, no stack trace unless asked for. */

export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** Bad usage of the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The run ended, but something that was asked of it did not hold; what it was has been printed. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}
