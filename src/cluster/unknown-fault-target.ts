/** Most names that an error lists. */
const MOST_NAMES = 8;

/** A disturbance names something that the cluster does not have. */
export class UnknownFaultTarget extends Error {
  override readonly name = "UnknownFaultTarget";
  constructor(fault: string, what: string, target: string, known: readonly string[]) {
    super(
      `${fault}: there is no ${what} ${target}; known are ${known.slice(0, MOST_NAMES).join(", ")}${known.length > MOST_NAMES ? ", ..." : ""}`,
    );
  }
}
