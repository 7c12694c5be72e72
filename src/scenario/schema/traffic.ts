/** `traffic:` requests of users and pods. */
import Type, { type Static } from "typebox";
import { DurationDistribution } from "./distribution.js";
import { closed, Count, DurationText, ObjectName, PositiveCount, StringMap, Text } from "./value.js";

const From = Type.Union(
  [Type.Literal("external"), closed({ node: ObjectName }), closed({ pods: StringMap, namespace: Type.Optional(ObjectName) })],
  {
    description: "Where requests come from: external (default), a node, or pods by labels.",
    errorMessage: "must be external, {node: NAME} or {pods: {app: web}}",
  },
);

const To = closed(
  {
    service: ObjectName,
    namespace: Type.Optional(ObjectName),
    port: Type.Optional(Type.Union([PositiveCount, Text], { errorMessage: "must be the number or name of a port of the Service" })),
    via: Type.Optional(
      Type.Enum(["clusterIP", "nodePort", "loadBalancer"], { errorMessage: "must be clusterIP, nodePort or loadBalancer" }),
    ),
  },
  { description: "Where requests go." },
);

/** One each microsecond, which is the resolution of the simulated clock. */
const MOST_REQUESTS_PER_SECOND = 1_000_000;
const Rate = Type.Number({
  exclusiveMinimum: 0,
  maximum: MOST_REQUESTS_PER_SECOND,
  errorMessage: `must be a number of requests a second, above 0 and at most ${MOST_REQUESTS_PER_SECOND}`,
});

export const Traffic = closed({
  name: ObjectName,
  start: Type.Optional(DurationText),
  duration: Type.Optional(DurationText),
  from: Type.Optional(From),
  to: To,
  rate: Type.Optional(Type.Unsafe<number>({ ...Rate, description: "Requests a second that arrive at random (Poisson)." })),
  interarrival: Type.Optional(DurationDistribution),
  users: Type.Optional(
    Type.Unsafe<number>({ ...PositiveCount, description: "So many users, each waiting for its answer before it asks again." }),
  ),
  thinkTime: Type.Optional(DurationDistribution),
  stages: Type.Optional(
    Type.Array(
      closed({
        duration: DurationText,
        rate: Type.Number({
          minimum: 0,
          maximum: MOST_REQUESTS_PER_SECOND,
          errorMessage: `must be a number of requests a second, from 0 to ${MOST_REQUESTS_PER_SECOND}`,
        }),
      }),
      {
        minItems: 1,
        description: "The rate goes linearly to each stage's within its duration.",
      },
    ),
  ),
  timeout: Type.Optional(DurationText),
  retries: Type.Optional(Count),
  keepAlive: Type.Optional(Type.Boolean()),
});
export type Traffic = Static<typeof Traffic>;
