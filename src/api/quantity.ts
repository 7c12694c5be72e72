/**
 * Kubernetes quantities: exact parsing, rounding as the scheduler and the kubelet see it, and the canonical text.
 *
 * Every quantity is a whole number of nano-units, since upstream rounds anything finer up. Reading a quantity as an integer
 * rounds up and, beyond 64 bits, wraps or gives zero exactly where Go's arithmetic does: real clusters show those numbers.
 *
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ and
 * k8s.io/apimachinery/pkg/api/resource (quantity.go).
 */
import { fitsInt64, LOG10_MAX_INT64, MAX_INT64, pow10, scaleDecimal, scaleInt64 } from "./int64-amount.js";
import { BINARY_SUFFIX_OF, BINARY_SUFFIXES, DECIMAL_SUFFIX_OF, DECIMAL_SUFFIXES } from "./quantity-suffixes.js";
import type { QuantityText } from "./types/meta.js";

export type QuantityFormat = "DecimalSI" | "DecimalExponent" | "BinarySI";

/** A text that is no quantity; the message is Kubernetes' own. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_WRONG = "unable to parse quantity's suffix";
const NUMERIC_WRONG = "unable to parse numeric part of quantity";

/** The finest step of a quantity is 10^-9 (resource.Nano). */
const NANO_DIGITS = 9;
/** Most decimal digits that upstream keeps in an int64 before it turns to arbitrary precision (maxInt64Factors). */
const MAX_INT64_DIGITS = 18;
/** Decimal precision kept for binary suffixes in an int64, in digits (the fast path of ParseQuantity). */
const BINARY_DIGITS = 14;
/** Exponents beyond this are cut: the exact value is of no use, and its digits would fill memory. */
const MAX_EXPONENT = 4096;
function stripFactors(value: bigint, factor: bigint): [rest: bigint, times: number] {
  let times = 0;
  if (value === 0n) return [0n, 0];
  while (value % factor === 0n) {
    value /= factor;
    times++;
  }
  return [value, times];
}

/** An amount of a resource. Immutable; made by {@link parseQuantity} and the arithmetic below. */
export class Quantity {
  /** The amount rounded up to whole units, as Go's Value(); a safe integer for every amount below 2^53. */
  readonly value: number;
  /** The amount in thousandths, rounded up, as Go's MilliValue(). */
  readonly milliValue: number;
  /** The text as it was parsed, where upstream keeps that, otherwise empty. */
  readonly spelling: string;
  #text: string | undefined;

  /**
   * The amount is mantissa * 10^scale, with scale at least -9.
   *
   * @param arbitrary whether upstream holds it with arbitrary precision (inf.Dec), which decides how it overflows
   */
  constructor(
    readonly mantissa: bigint,
    readonly scale: number,
    private readonly arbitrary: boolean,
    readonly format: QuantityFormat,
    text?: string,
  ) {
    this.#text = text;
    this.spelling = text ?? "";
    this.value = Number(this.scaledValue(0));
    this.milliValue = Number(this.scaledValue(-3));
  }

  /** The amount in units of 10^unit as a 64-bit integer, as Go's ScaledValue(). */
  scaledValue(unit: number): bigint {
    return this.arbitrary ? scaleDecimal(this.mantissa, this.scale, unit) : scaleInt64(this.mantissa, this.scale, unit);
  }

  /** The amount as an integer where it is exactly one that upstream holds as int64, as Go's AsInt64(). */
  get exactInteger(): bigint | undefined {
    if (this.arbitrary || this.scale < 0) return undefined;
    if (this.scale >= LOG10_MAX_INT64) return this.mantissa === 0n ? 0n : undefined;
    const product = this.mantissa * pow10(this.scale);
    return fitsInt64(product) ? product : undefined;
  }

  /** The exact amount in units of 10^-9. */
  get nanos(): bigint {
    return this.mantissa * pow10(Math.min(this.scale, MAX_EXPONENT) + NANO_DIGITS);
  }

  /** -1, 0 or 1. */
  get sign(): number {
    return this.mantissa === 0n ? 0 : this.mantissa > 0n ? 1 : -1;
  }

  get isArbitrary(): boolean {
    return this.arbitrary;
  }

  /** The canonical text, as Go's String(). */
  toString(): string {
    return (this.#text ??= this.canonical());
  }

  private canonical(): string {
    if (this.mantissa === 0n) return "0";
    let format = this.format;
    if (format === "BinarySI") {
      const nanos = this.nanos;
      const unit = pow10(NANO_DIGITS);
      const whole = nanos % unit === 0n;
      const small = nanos > -1024n * unit && nanos < 1024n * unit;
      if (whole && !small) {
        const [rest, times] = stripFactors(nanos / unit, 1024n);
        return `${rest}${BINARY_SUFFIX_OF.get(times * 10) ?? ""}`;
      }
      format = "DecimalSI";
    }
    const stripped = stripFactors(this.mantissa, 10n);
    let amount = stripped[0];
    let exponent = this.scale + stripped[1];
    while (exponent % 3 !== 0) {
      amount *= 10n;
      exponent--;
    }
    if (format === "DecimalSI") return `${amount}${DECIMAL_SUFFIX_OF.get(exponent) ?? ""}`;
    return exponent === 0 ? amount.toString() : `${amount}e${exponent}`;
  }
}

/** Parts of a quantity's text: sign, digits before and after the point, suffix. */
const TEXT = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const EXPONENT_SUFFIX = /^[eE]([+-]?\d+)$/;
const MAX_CACHED = 65_536;
const parsed = new Map<string, Quantity>();

/**
 * Parses a quantity; the same text gives the same (immutable) Quantity.
 *
 * @throws QuantityError with Kubernetes' wording
 */
export function parseQuantity(text: QuantityText): Quantity {
  const key = typeof text === "number" ? String(text) : text;
  let quantity = parsed.get(key);
  if (quantity === undefined) {
    quantity = parse(key);
    if (parsed.size >= MAX_CACHED) parsed.clear();
    parsed.set(key, quantity);
  }
  return quantity;
}

function parse(text: string): Quantity {
  const match = TEXT.exec(text);
  if (text === "" || match === null) throw new QuantityError(FORMAT_WRONG);
  const negative = match[1] === "-";
  const whole = match[2] === "" ? "0" : match[2];
  const fraction = match[3] ?? "";
  const suffix = match[4];
  const digits = whole + fraction;

  const binary = BINARY_SUFFIXES.get(suffix);
  if (binary !== undefined) return parseBinary(text, negative, whole, fraction, binary);

  const decimal = DECIMAL_SUFFIXES.get(suffix);
  const exponent = decimal ?? decimalExponent(suffix);
  const format = decimal === undefined ? "DecimalExponent" : "DecimalSI";
  const scale = exponent - fraction.length;
  const magnitude = BigInt(digits);
  const mantissa = negative ? -magnitude : magnitude;
  if (digits.length <= MAX_INT64_DIGITS && scale >= -NANO_DIGITS) {
    // Upstream keeps the user's own spelling where it is already canonical enough.
    const keep = scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0");
    return new Quantity(mantissa, scale, false, format, keep ? text : text === "0" ? "0" : undefined);
  }
  return new Quantity(...roundToNano(mantissa, scale), true, format);
}

function parseBinary(text: string, negative: boolean, whole: string, fraction: string, exponent: number): Quantity {
  const sign = negative ? -1n : 1n;
  const factor = 2n ** BigInt(exponent);
  if (fraction === "" && BINARY_DIGITS - whole.length - Math.trunc((exponent * 3) / 10) >= 0) {
    const count = BigInt(whole);
    if (fitsInt64(count * factor)) {
      const keep = (count & 7n) !== 0n;
      return new Quantity(sign * count * factor, 0, false, "BinarySI", keep ? text : undefined);
    }
  }
  const [magnitude, scale] = roundToNano(BigInt(whole + fraction) * factor, -fraction.length);
  const one = pow10(-scale);
  if (magnitude > MAX_INT64 * one) return new Quantity(sign * MAX_INT64, 0, true, "BinarySI");
  const format = magnitude > 0n && magnitude < one ? "DecimalSI" : "BinarySI";
  return new Quantity(sign * magnitude, scale, true, format);
}

function decimalExponent(suffix: string): number {
  const match = EXPONENT_SUFFIX.exec(suffix);
  if (match === null) throw new QuantityError(SUFFIX_WRONG);
  const exponent = BigInt(match[1]);
  if (!fitsInt64(exponent)) throw new QuantityError(SUFFIX_WRONG);
  const narrowed = Number(BigInt.asIntN(32, exponent));
  return Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, narrowed));
}

/** Brings an amount to nano-units, away from zero; a zero keeps its scale. */
function roundToNano(mantissa: bigint, scale: number): [mantissa: bigint, scale: number] {
  if (mantissa === 0n) return [0n, -NANO_DIGITS];
  if (scale > MAX_EXPONENT) throw new QuantityError(NUMERIC_WRONG);
  const shift = scale + NANO_DIGITS;
  if (shift >= 0) return [mantissa * pow10(shift), -NANO_DIGITS];
  const divisor = pow10(-shift);
  const quotient = mantissa / divisor;
  if (mantissa % divisor === 0n) return [quotient, -NANO_DIGITS];
  return [mantissa > 0n ? quotient + 1n : quotient - 1n, -NANO_DIGITS];
}

/** A quantity of whole units, as Go's NewQuantity. */
export function quantityOf(value: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity {
  return new Quantity(BigInt(value), 0, false, format);
}

/** A quantity of thousandths, as Go's NewMilliQuantity. */
export function milliQuantityOf(value: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity {
  return new Quantity(BigInt(value), -3, false, format);
}

function fromNanos(nanos: bigint, arbitrary: boolean, format: QuantityFormat): Quantity {
  const [rest, times] = stripFactors(nanos, 10n);
  const scale = times - NANO_DIGITS;
  // Whole amounts keep scale 0, as upstream's sums of whole amounts do: AsInt64 then reads them exactly.
  if (!arbitrary && scale > 0) return new Quantity(rest * pow10(scale), 0, !fitsInt64(rest * pow10(scale)), format);
  return new Quantity(rest, rest === 0n ? 0 : scale, arbitrary || !fitsInt64(rest), format);
}

/** a + b; a zero takes the other's format, as Go's Add. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return fromNanos(a.nanos + b.nanos, a.isArbitrary || b.isArbitrary, a.sign === 0 ? b.format : a.format);
}

/** a - b; a zero takes the other's format, as Go's Sub. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return fromNanos(a.nanos - b.nanos, a.isArbitrary || b.isArbitrary, a.sign === 0 ? b.format : a.format);
}

/** Negative where a < b, 0 where equal, positive where a > b. */
export function compareQuantities(a: QuantityText, b: QuantityText): number {
  const left = parseQuantity(a).nanos;
  const right = parseQuantity(b).nanos;
  return left < right ? -1 : left > right ? 1 : 0;
}

const NANOS_PER_MILLI = 1_000_000n;
const NANOS_PER_UNIT = 1_000_000_000n;

function roundedUp(text: QuantityText, step: bigint): string {
  const quantity = parseQuantity(text);
  const { nanos } = quantity;
  const rest = nanos % step;
  if (rest === 0n) return quantity.toString();
  return fromNanos(nanos - rest + (nanos > 0n ? step : -step), quantity.isArbitrary, quantity.format).toString();
}

/** The canonical text of an amount rounded away from zero to thousandths, as the API server keeps resource lists (SetDefaults_ResourceList). */
export function roundUpToMilli(text: QuantityText): string {
  return roundedUp(text, NANOS_PER_MILLI);
}

/** The canonical text of an amount rounded away from zero to whole units. */
export function roundUpToWhole(text: QuantityText): string {
  return roundedUp(text, NANOS_PER_UNIT);
}

/** The amount in whole units, rounded up. */
export function quantityValue(text: QuantityText): number {
  return parseQuantity(text).value;
}

/** The amount in thousandths, rounded up. */
export function quantityMilliValue(text: QuantityText): number {
  return parseQuantity(text).milliValue;
}
