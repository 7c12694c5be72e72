/** `workloads:` objects that come and go: arrivals and lifetimes from distributions, or a trace. */
import Type, { type Static } from "typebox";
import { DurationDistribution } from "./distribution.js";
import { closed, DurationText, ObjectName, PositiveCount, Text } from "./value.js";

const Template = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: "object",
  required: ["apiVersion", "kind"],
  description:
    "The object to create. $(index) in its strings is the number of the arrival, from 1; without a name it is called WORKLOAD-$(index).",
  errorMessage: "must be a Kubernetes object with apiVersion and kind",
});

/** Ten times the million pods that the simulator is made for: each waits in memory for its time. */
const MOST_ARRIVALS = 10_000_000;
const ArrivalCount = Type.Integer({
  minimum: 1,
  maximum: MOST_ARRIVALS,
  errorMessage: `must be a whole number from 1 to ${MOST_ARRIVALS}`,
});

export const Arrivals = Type.Union(
  [
    closed(
      {
        interarrival: DurationDistribution,
        count: Type.Optional(ArrivalCount),
        until: Type.Optional(DurationText),
      },
      { description: "One after the other, with a random time in between; ends after count objects or at the time until." },
    ),
    closed({ count: ArrivalCount, over: DurationText }, { description: "So many, evenly over the duration." }),
    closed({ times: Type.Array(DurationText, { minItems: 1 }) }, { description: "At these times after start." }),
  ],
  { description: "When objects arrive." },
);

const Generated = closed({
  name: ObjectName,
  namespace: Type.Optional(ObjectName),
  start: Type.Optional(DurationText),
  arrivals: Arrivals,
  template: Type.Optional(Template),
  manifest: Type.Optional(Type.Unsafe<string>({ ...Text, description: "File with the one object to create, instead of template." })),
  lifetime: Type.Optional(DurationDistribution),
  runDuration: Type.Optional(DurationDistribution),
});

const Traced = closed({
  name: ObjectName,
  namespace: Type.Optional(ObjectName),
  start: Type.Optional(DurationText),
  trace: closed({
    format: Type.Literal("openb", { errorMessage: 'must be "openb"' }),
    pods: Type.Unsafe<string>({ ...Text, description: "Pod list of the trace, CSV, plain or packed with gzip." }),
    end: Type.Optional(
      Type.Enum(["deletion", "completion", "never"], {
        errorMessage: "must be deletion, completion or never",
        description: "A pod is deleted at its time of deletion (default), exits by itself after so long a run, or stays.",
      }),
    ),
    timeScale: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: "Times of the trace are multiplied by this; default 1.",
        errorMessage: "must be a number above 0",
      }),
    ),
    limit: Type.Optional(PositiveCount),
    resample: Type.Optional(
      Type.Boolean({
        description:
          "Each arrival of the trace brings a pod drawn at random from the trace, with replacement, in place of its own; default false.",
        errorMessage: "must be true or false",
      }),
    ),
  }),
});

export const Workload = Type.Union([Generated, Traced]);
export type Workload = Static<typeof Workload>;
