import type { FieldPath } from "../../api/decode-problem.js";
import type { FieldError } from "../../api/validation/field-error.js";

/** kube-scheduler would not start: its plugins cannot be made or put together as the configuration says. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(
    message: string,
    /** Field of the configuration that is to blame. */
    readonly path: FieldPath,
    /** Fields below that path, where single ones are wrong. */
    readonly fields: readonly FieldError[] = [],
  ) {
    super(message);
  }

  /** The same mistake as seen from further outside. */
  within(prefix: string, path: FieldPath): StartError {
    return new StartError(prefix + this.message, [...path, ...this.path], this.fields);
  }
}
