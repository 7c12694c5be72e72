/** Distributions as data, as src/engine/distribution-spec.ts reads them. One schema for each unit. */
import Type, { type TOptional, type TSchema } from "typebox";
import type { DistributionSpec } from "../../engine/distribution-spec.js";
import { AMOUNT_MEANING, AmountText, closed, DURATION_MEANING, DurationText } from "./value.js";

const Positive = Type.Number({ exclusiveMinimum: 0, errorMessage: "must be a number above 0" });
const Weights = Type.Array(Type.Number({ minimum: 0, errorMessage: "must be a number, 0 or more" }), { minItems: 1 });

function distributionOf<Value>(value: TSchema, meaning: string, example: string) {
  const bounds: Record<string, TOptional> = { min: Type.Optional(value), max: Type.Optional(value) };
  const family = (name: string, parameters: TSchema, description?: string) =>
    closed({ [name]: parameters, ...bounds }, description === undefined ? {} : { description });
  return Type.Unsafe<DistributionSpec<Value>>(
    Type.Union(
      [
        value,
        closed({ constant: value }),
        closed({ uniform: closed({ min: value, max: value }) }),
        family("exponential", closed({ mean: value })),
        family("normal", closed({ mean: value, standardDeviation: value })),
        family("lognormal", Type.Union([closed({ mean: value, standardDeviation: value }), closed({ median: value, sigma: Positive })])),
        family("gamma", Type.Union([closed({ shape: Positive, mean: value }), closed({ shape: Positive, scale: value })])),
        family("weibull", closed({ shape: Positive, scale: value })),
        family("pareto", closed({ shape: Positive, scale: value }), "scale is the least value."),
        family(
          "empirical",
          Type.Union([
            closed({ values: Type.Array(value, { minItems: 1 }), weights: Type.Optional(Weights) }),
            closed({
              quantiles: Type.Array(
                Type.Array(Type.Unknown(), { minItems: 2, maxItems: 2, errorMessage: "must be a pair [probability, value]" }),
                { minItems: 2 },
              ),
            }),
          ]),
        ),
      ],
      {
        description: `A distribution such as ${example}, or one constant value; min and max beside the name cut it off.`,
        errorMessage: `${meaning}, or a distribution such as ${example}`,
      },
    ),
  );
}

/** How a scenario writes a duration. */
export type DurationValue = string | 0;
/** How a scenario writes an amount. */
export type QuantityValue = string | number;

export const DurationDistribution = distributionOf<DurationValue>(DurationText, DURATION_MEANING, "{exponential: {mean: 5s}}");
export type DurationDistribution = DistributionSpec<DurationValue>;

export const QuantityDistribution = distributionOf<QuantityValue>(
  AmountText,
  AMOUNT_MEANING,
  "{normal: {mean: 200m, standardDeviation: 20m}}",
);
export type QuantityDistribution = DistributionSpec<QuantityValue>;
