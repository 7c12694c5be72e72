/** Values that occur all over the scenario file. `errorMessage` says what would be right; editors and the validator both show it. */
import Type, { type Static, type TSchema } from "typebox";

/** An object that knows its fields: others are errors. */
export function closed<P extends Record<string, TSchema>>(properties: P, options: Record<string, unknown> = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/**
 * Number and unit of Go's time.ParseDuration (https://pkg.go.dev/time#ParseDuration). So many digits that each part stays below 32
 * years: the simulated clock, which counts microseconds in a safe integer, ends after 285.
 */
const GO_DURATION = [
  { unit: "h", digits: 5 },
  { unit: "m", digits: 7 },
  { unit: "s", digits: 9 },
  { unit: "ms", digits: 12 },
  { unit: "us|µs|μs", digits: 15 },
  { unit: "ns", digits: 18 },
]
  .map(({ unit, digits }) => `([0-9]{1,${digits}}(\\.[0-9]*)?|\\.[0-9]+)(${unit})`)
  .join("|");

export const DURATION_MEANING = 'must be a duration such as "90s", "15m" or "1h30m", at most "99999h"';

/** Duration as Go and Kubernetes write it; a bare 0 is allowed as in Go. */
export const DurationText = Type.Union([Type.String({ pattern: `^(0|(${GO_DURATION})+)$` }), Type.Literal(0)], {
  description: 'A duration such as "90s", "15m" or "1h30m".',
  errorMessage: DURATION_MEANING,
});
export type DurationText = Static<typeof DurationText>;

/** A duration in which time passes: what is done so often, or takes so long at least. */
export const PositiveDurationText = Type.String({
  pattern: `^(?=.*[1-9])(${GO_DURATION})+$`,
  description: 'A duration above 0, such as "5s".',
  errorMessage: 'must be a duration above 0, such as "5s" or "1m30s", at most "99999h"',
});

/** Source of the form: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const UNSIGNED_QUANTITY = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(m|u|n|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?";

export const QuantityText = Type.Union([Type.String({ pattern: `^[+-]?${UNSIGNED_QUANTITY}$` }), Type.Number()], {
  description: 'A Kubernetes quantity such as "500m", 2 or "4Gi".',
  errorMessage: 'must be a quantity such as "500m", 2 or "4Gi"',
});
export type QuantityText = Static<typeof QuantityText>;

export const AMOUNT_MEANING = 'must be a quantity such as "500m", 2 or "4Gi", 0 or more';

/** What a machine has or a process takes, which is never below 0. */
export const AmountText = Type.Union([Type.String({ pattern: `^\\+?${UNSIGNED_QUANTITY}$` }), Type.Number({ minimum: 0 })], {
  description: 'A Kubernetes quantity such as "500m", 2 or "4Gi", 0 or more.',
  errorMessage: AMOUNT_MEANING,
});

export const Resources = Type.Record(Type.String(), AmountText, {
  description: "Resource name (cpu, memory, pods, ephemeral-storage, nvidia.com/gpu, ...) to quantity.",
  errorMessage: "must be a map of resource names to quantities, such as {cpu: 2, memory: 4Gi}",
});

export const StringMap = Type.Record(Type.String(), Type.String(), {
  errorMessage: "must be a map of strings, such as {app: web}; put numbers and yes/no in quotes",
});

/** Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
export const ObjectName = Type.String({
  pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
  maxLength: 253,
  errorMessage: 'must be a name of lower-case letters, digits, "-" and ".", such as "worker-1"',
});

/** Lists of names in any writing. */
export const Text = Type.String({ minLength: 1, errorMessage: "must be a text" });

export const Count = Type.Integer({ minimum: 0, errorMessage: "must be a whole number, 0 or more" });
export const PositiveCount = Type.Integer({ minimum: 1, errorMessage: "must be a whole number, 1 or more" });
export const Probability = Type.Number({ minimum: 0, maximum: 1, errorMessage: "must be a number from 0 to 1" });

/** A number that is expected: itself, or bounds. */
export const NumberCheck = Type.Union(
  [
    Type.Number(),
    closed(
      {
        equals: Type.Optional(Type.Number()),
        atLeast: Type.Optional(Type.Number()),
        atMost: Type.Optional(Type.Number()),
      },
      { minProperties: 1, errorMessage: "must be {atLeast: 3}, {atMost: 5}, {equals: 4} or bounds together" },
    ),
  ],
  { description: "A number, or bounds: {atLeast: 3, atMost: 5}." },
);
export type NumberCheck = Static<typeof NumberCheck>;
