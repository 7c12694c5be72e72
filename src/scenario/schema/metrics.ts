/** `metrics:` what horizontal pod autoscalers can ask for beside what is measured. */
import Type, { type Static } from "typebox";
import { closed, DurationText, ObjectName, PositiveDurationText, QuantityText, StringMap, Text } from "./value.js";

const Values = Type.Union(
  [QuantityText, Type.Array(closed({ at: DurationText, value: QuantityText }), { minItems: 1 }), Type.Literal("requests")],
  {
    description: "The value, or its steps over time; requests: those that each pod answers a second (for Pods).",
    errorMessage: "must be a quantity, steps such as [{at: 0s, value: 10}, {at: 2m, value: 300}], or requests",
  },
);

const Signal = closed({
  name: Type.Unsafe<string>({ ...Text, description: "Name of the metric, as autoscalers have it." }),
  type: Type.Enum(["Pods", "Object", "External"], { errorMessage: "must be Pods, Object or External" }),
  namespace: Type.Optional(ObjectName),
  labels: Type.Optional(StringMap),
  selector: Type.Optional(Type.Unsafe<string>({ ...Text, description: "Labels of the pods that have a metric of type Pods." })),
  object: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z]+/[^/]+$",
      errorMessage: 'must be the kind and name of the object, such as "Ingress/main"',
    }),
  ),
  value: Values,
  shared: Type.Optional(Type.Boolean({ description: "Whether the value is a total that the pods share evenly." })),
});

export const Metrics = closed({
  server: Type.Optional(Type.Boolean({ description: "Whether metrics-server runs, which measures cpu and memory; default true." })),
  resolution: Type.Optional(PositiveDurationText),
  signals: Type.Optional(Type.Array(Signal)),
});
export type Metrics = Static<typeof Metrics>;
