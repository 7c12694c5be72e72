import type { FieldPath } from "../../api/decode-problem.js";

export interface ConfigurationMistake {
  /** Field of the configuration; the nearest one where the mistake is of no single field. */
  readonly path: FieldPath;
  /** What is wrong, in kube-scheduler's words, without the path. */
  readonly message: string;
}

/** kube-scheduler would not start with this configuration. The message is its own. */
export class SchedulerConfigurationError extends Error {
  override readonly name = "SchedulerConfigurationError";

  constructor(
    message: string,
    /** When kube-scheduler would notice: reading the file, checking it, or making the plugins. */
    readonly stage: "decode" | "validate" | "start",
    /** At least one. */
    readonly mistakes: readonly ConfigurationMistake[],
  ) {
    super(message);
  }
}
