/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number;
  /** What it printed, stdout and stderr in order, line by line. */
  readonly output: readonly string[];
  /** What went wrong. */
  readonly errors: readonly string[];
  /** Lines of the output that went to stderr; absent: none, or not told apart. */
  readonly stderr?: readonly string[];
}
