/** Golden kind `quantity`: quantity texts and what Kubernetes reads in them. */
import { parseQuantity, QuantityError } from "../../src/api/quantity.js";

export const kind = "quantity";

interface QuantityCase {
  readonly input: string;
  readonly error?: string;
  readonly canonical?: string;
  readonly format?: string;
  readonly value?: string;
  readonly milliValue?: string;
  readonly sign?: number;
  readonly int64?: string;
}

function read(input: string): Omit<QuantityCase, "input"> {
  try {
    const quantity = parseQuantity(input);
    const exact = quantity.exactInteger;
    return {
      canonical: quantity.toString(),
      format: quantity.format,
      value: quantity.scaledValue(0).toString(),
      milliValue: quantity.scaledValue(-3).toString(),
      sign: quantity.sign,
      ...(exact === undefined ? {} : { int64: exact.toString() }),
    };
  } catch (error) {
    if (error instanceof QuantityError) return { error: error.message };
    throw error;
  }
}

/** The differences between a case and what the simulator reads; none where it passes. */
export function check(testCase: unknown): string[] {
  const expected = testCase as QuantityCase;
  const actual = read(expected.input);
  const fields = ["error", "canonical", "format", "value", "milliValue", "sign", "int64"] as const;
  return fields
    .filter((field) => expected[field] !== actual[field])
    .map((field) => `${JSON.stringify(expected.input)}: ${field} is ${String(actual[field])}, expected ${String(expected[field])}`);
}
