/**
 * Amounts in 64 bits, with Go's overflows: real clusters show those numbers.
 *
 * Source: k8s.io/apimachinery/pkg/api/resource (amount.go, math.go, scale_int.go).
 */
/** Powers of ten beyond 2^63: shifting an int64 by this much always overflows. */
export const LOG10_MAX_INT64 = 19;
export const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

export function fitsInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64;
}

export function pow10(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** Shifts that upstream multiplies in one step; an overflow there wraps, while the digit-by-digit way of other shifts gives 0. */
const ONE_STEP_SHIFTS: ReadonlySet<number> = new Set([1, 2, 3, 6, 9]);

/** int64Amount.AsScaledInt64: the amount mantissa*10^scale in units of 10^unit, away from zero; an overflow wraps or gives 0, as in Go. */
export function scaleInt64(mantissa: bigint, scale: number, unit: number): bigint {
  const shift = scale - unit;
  if (shift === 0 || mantissa === 0n) return mantissa;
  if (shift > 0) {
    if (shift >= LOG10_MAX_INT64) return 0n;
    const product = mantissa * pow10(shift);
    if (fitsInt64(product)) return product;
    return ONE_STEP_SHIFTS.has(shift) ? wrap(product) : 0n;
  }
  const divisor = pow10(-shift);
  const quotient = mantissa / divisor;
  if (mantissa % divisor === 0n) return quotient;
  return mantissa > 0n ? quotient + 1n : quotient - 1n;
}

/** scaledValue of scale_int.go: as scaleInt64, for amounts of arbitrary precision, which round up and wrap. */
export function scaleDecimal(mantissa: bigint, scale: number, unit: number): bigint {
  const shift = scale - unit;
  if (shift === 0) return wrap(mantissa);
  if (shift > 0) return wrap(wrap(mantissa) * wrap(pow10(shift)));
  const divisor = pow10(-shift);
  if (mantissa < MAX_INT64 && -shift < LOG10_MAX_INT64) {
    const low = wrap(mantissa);
    return low % divisor === 0n ? low / divisor : low / divisor + 1n;
  }
  let quotient = mantissa / divisor;
  const remainder = mantissa % divisor;
  if (remainder < 0n) quotient -= 1n;
  return wrap(wrap(quotient) + (remainder === 0n ? 0n : 1n));
}
