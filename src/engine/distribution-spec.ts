/** Distributions as plain data: what a scenario file holds. */
import { constant, type Distribution, DistributionError, type KnownDistribution } from "./distribution.js";
import { empirical, inverseCdf, type QuantilePoint } from "./distribution-empirical.js";
import { exponential, gamma, lognormal, lognormalOfMean, normal, pareto, uniform, weibull } from "./distribution-families.js";
import { truncated } from "./distribution-truncated.js";

/** Bounds outside of which no value is drawn: the distribution is conditional on lying inside. */
export interface Bounds<Value> {
  readonly min?: Value;
  readonly max?: Value;
}

/**
 * A distribution as data; a bare value is a constant. `Value` is how the scenario writes a quantity of the distribution's unit: a number, or
 * for instance a duration such as `5s`. Shapes, sigmas, weights and probabilities have no unit and are numbers.
 */
export type DistributionSpec<Value = number> =
  | Value
  | { readonly constant: Value }
  | { readonly uniform: { readonly min: Value; readonly max: Value } }
  | ({ readonly exponential: { readonly mean: Value } } & Bounds<Value>)
  | ({ readonly normal: { readonly mean: Value; readonly standardDeviation: Value } } & Bounds<Value>)
  | ({
      readonly lognormal: { readonly median: Value; readonly sigma: number } | { readonly mean: Value; readonly standardDeviation: Value };
    } & Bounds<Value>)
  | ({
      readonly gamma: { readonly shape: number; readonly scale: Value } | { readonly shape: number; readonly mean: Value };
    } & Bounds<Value>)
  | ({ readonly weibull: { readonly shape: number; readonly scale: Value } } & Bounds<Value>)
  | ({ readonly pareto: { readonly shape: number; readonly scale: Value } } & Bounds<Value>)
  | ({
      readonly empirical:
        | { readonly values: readonly Value[]; readonly weights?: readonly number[] }
        | { readonly quantiles: readonly QuantilePoint<Value>[] };
    } & Bounds<Value>);

/** Turns a quantity as the scenario writes it into a number of the caller's unit; what it throws reaches the caller. */
export type Conversion<Value> = (value: Value, path: string) => number;

/** Names of the families, as they are written in {@link DistributionSpec}. */
export const DISTRIBUTION_FAMILIES = [
  "constant",
  "uniform",
  "exponential",
  "normal",
  "lognormal",
  "gamma",
  "weibull",
  "pareto",
  "empirical",
] as const;
type Family = (typeof DISTRIBUTION_FAMILIES)[number];

type Fields = Readonly<Record<string, unknown>>;

/** Reads the parameters of one family, and refuses those that are missing, unknown or of the wrong type. */
class Parameters<Value> {
  private readonly seen = new Set<string>();

  constructor(
    private readonly family: Family,
    private readonly fields: Fields,
    private readonly convert: Conversion<Value>,
  ) {}

  has(name: string): boolean {
    return this.fields[name] !== undefined;
  }

  quantity(name: string): number {
    return this.convert(this.get(name) as Value, `${this.family}.${name}`);
  }

  number(name: string): number {
    const value = this.get(name);
    if (typeof value !== "number") throw new DistributionError(`${this.family}.${name}`, `must be a number, not ${JSON.stringify(value)}`);
    return value;
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name);
    if (!Array.isArray(value)) throw new DistributionError(`${this.family}.${name}`, `must be a list, not ${JSON.stringify(value)}`);
    return value;
  }

  refuseOthers(): void {
    for (const name of Object.keys(this.fields))
      if (!this.seen.has(name))
        throw new DistributionError(`${this.family}.${name}`, `is not a parameter here; ${[...this.seen].join(", ")} are`);
  }

  private get(name: string): unknown {
    this.seen.add(name);
    const value = this.fields[name];
    if (value === undefined) throw new DistributionError(`${this.family}.${name}`, "is required");
    return value;
  }
}

function continuous<Value>(family: Exclude<Family, "constant" | "empirical">, parameters: Parameters<Value>): KnownDistribution {
  switch (family) {
    case "uniform":
      return uniform(parameters.quantity("min"), parameters.quantity("max"));
    case "exponential":
      return exponential(parameters.quantity("mean"));
    case "normal":
      return normal(parameters.quantity("mean"), parameters.quantity("standardDeviation"));
    case "lognormal":
      return parameters.has("median")
        ? lognormal(parameters.quantity("median"), parameters.number("sigma"))
        : lognormalOfMean(parameters.quantity("mean"), parameters.quantity("standardDeviation"));
    case "gamma": {
      const shape = parameters.number("shape");
      return gamma(shape, parameters.has("mean") ? parameters.quantity("mean") / shape : parameters.quantity("scale"));
    }
    case "weibull":
      return weibull(parameters.number("shape"), parameters.quantity("scale"));
    case "pareto":
      return pareto(parameters.number("shape"), parameters.quantity("scale"));
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFamily(name: string): name is Family {
  return (DISTRIBUTION_FAMILIES as readonly string[]).includes(name);
}

function numberAsItIs(value: unknown, path: string): number {
  if (typeof value !== "number") throw new DistributionError(path, `must be a number, not ${JSON.stringify(value)}`);
  return value;
}

/**
 * The distribution that the data describe.
 * @param convert what a quantity means in the caller's unit, such as `(seconds) => seconds * SECOND`; without it, quantities are numbers as they are.
 * @throws {DistributionError} naming the parameter that is wrong.
 */
export function distributionFromSpec<Value = number>(
  spec: DistributionSpec<Value>,
  convert: Conversion<Value> = numberAsItIs,
): Distribution {
  if (!isFields(spec)) return constant(convert(spec as Value, ""));
  const { min, max, ...rest } = spec as Fields;
  const families = Object.keys(rest);
  const [family] = families;
  const among = `one of ${DISTRIBUTION_FAMILIES.join(", ")}`;
  if (family === undefined) throw new DistributionError("", `a distribution must name ${among}`);
  if (families.length > 1) throw new DistributionError("", `a distribution must name ${among}, not ${families.join(" and ")}`);
  if (!isFamily(family)) throw new DistributionError(family, `is not a distribution; ${DISTRIBUTION_FAMILIES.join(", ")} are`);

  const isBounded = min !== undefined || max !== undefined;
  if (isBounded && (family === "constant" || family === "uniform"))
    throw new DistributionError(family, "cannot be truncated by min and max beside it");
  if (family === "constant") return constant(convert(rest.constant as Value, "constant"));

  const fields = rest[family];
  if (!isFields(fields)) throw new DistributionError(family, `must hold parameters by name, not ${JSON.stringify(fields)}`);
  const parameters = new Parameters(family, fields, convert);
  const low = min === undefined ? undefined : convert(min as Value, "min");
  const high = max === undefined ? undefined : convert(max as Value, "max");

  if (family === "empirical" && !parameters.has("quantiles")) {
    const values = parameters.list("values").map((value, i) => convert(value as Value, `empirical.values[${i}]`));
    const weights = parameters.has("weights")
      ? parameters.list("weights").map((weight, i) => numberAsItIs(weight, `empirical.weights[${i}]`))
      : undefined;
    parameters.refuseOthers();
    return empirical(values, weights, low, high);
  }
  const whole = family === "empirical" ? inverseCdf(quantilePoints(parameters.list("quantiles"), convert)) : continuous(family, parameters);
  parameters.refuseOthers();
  return isBounded ? truncated(whole, low, high) : whole;
}

function quantilePoints<Value>(points: readonly unknown[], convert: Conversion<Value>): QuantilePoint[] {
  return points.map((point, i) => {
    const path = `empirical.quantiles[${i}]`;
    if (!Array.isArray(point) || point.length !== 2)
      throw new DistributionError(path, `must be a pair [p, value], not ${JSON.stringify(point)}`);
    return [numberAsItIs(point[0], `${path}[0]`), convert(point[1] as Value, `${path}[1]`)];
  });
}
