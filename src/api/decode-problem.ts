/** Mistakes found while decoding, where they are, and what the API server says of them. */
import type { Type } from "./schema/descriptor.js";

export type FieldPath = readonly (string | number)[];

/** Writes a path as Kubernetes does: spec.containers[0].name. */
export function formatPath(path: FieldPath): string {
  let text = "";
  for (const part of path) text += typeof part === "number" ? `[${part}]` : text === "" ? part : `.${part}`;
  return text;
}

/** One mistake found while decoding. */
export interface DecodeProblem {
  readonly path: FieldPath;
  /** Kubernetes' own wording. */
  readonly message: string;
  /**
   * "strict" mistakes (unknown fields) are all reported together, and only where nothing else is wrong. Of values of a wrong type the API
   * server reports the first of the document; but a value that its own type cannot read ("form") ends the decoding, and is what it reports.
   */
  readonly severity: "strict" | "type" | "form";
  /** Names of fields that are known in the place of an unknown one. */
  readonly known?: readonly string[];
  /** Where an unknown field is known, one level below, such as "containers[*].ports". */
  readonly belongs?: string;
  /** Of a value whose JSON type does not fit: the value, and the type that it should have. */
  readonly mismatch?: { readonly given: unknown; readonly expected: Type };
  /** Of a value that its own type cannot read: what that says, without the place. */
  readonly own?: string;
}

/** A manifest that the API server cannot decode; the message is Kubernetes' own. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";

  constructor(
    message: string,
    readonly problems: readonly DecodeProblem[] = [],
  ) {
    super(message);
  }
}

/** More mistakes of strictness are not told. Source: sigs.k8s.io/json, saveStrictError. */
const MAX_STRICT_MISTAKES = 100;

/** The mistake at which decoding ends; undefined where there is none but of strictness. See {@link DecodeProblem.severity}. */
export function endingProblem(problems: readonly DecodeProblem[]): DecodeProblem | undefined {
  return problems.find((one) => one.severity === "form") ?? problems.find((one) => one.severity === "type");
}

/** The API server's text for mistakes of decoding; undefined where there are none. */
export function decodeFailure(problems: readonly DecodeProblem[]): string | undefined {
  const ending = endingProblem(problems);
  if (ending !== undefined) return ending.message;
  if (problems.length === 0) return undefined;
  const texts = new Set(problems.slice(0, MAX_STRICT_MISTAKES).map((one) => one.message));
  return `strict decoding error: ${[...texts].join(", ")}`;
}
