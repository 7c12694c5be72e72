/** `expect:` what must hold at given times; where one does not, the run ends with exit code 1. */
import Type, { type Static } from "typebox";
import { closed, DurationText, NumberCheck, ObjectName, Probability, Text } from "./value.js";

const At = Type.Union([DurationText, Type.Literal("end")], {
  description: "A time, or end.",
  errorMessage: 'must be a duration such as "90s", or end',
});
const Because = Type.Optional(Type.Unsafe<string>({ ...Text, description: "What this shows; printed where it does not hold." }));
const Selector = Type.Unsafe<string>({ ...Text, description: 'A label selector as kubectl takes it: "app=web,tier!=cache".' });

const PodsExpectation = closed({
  at: At,
  because: Because,
  pods: closed(
    {
      namespace: Type.Optional(ObjectName),
      selector: Type.Optional(Selector),
      name: Type.Optional(ObjectName),
      phase: Type.Optional(
        Type.Enum(["Pending", "Running", "Succeeded", "Failed", "Unknown"], {
          errorMessage: "must be Pending, Running, Succeeded, Failed or Unknown",
        }),
      ),
      ready: Type.Optional(Type.Boolean()),
      terminating: Type.Optional(Type.Boolean()),
      scheduled: Type.Optional(Type.Boolean()),
      node: Type.Optional(ObjectName),
      zone: Type.Optional(Text),
      restarts: Type.Optional(NumberCheck),
    },
    { description: "Which pods are counted; all where empty." },
  ),
  count: NumberCheck,
});

const NodesExpectation = closed({
  at: At,
  because: Because,
  nodes: closed({
    selector: Type.Optional(Selector),
    name: Type.Optional(ObjectName),
    zone: Type.Optional(Text),
    ready: Type.Optional(Type.Enum(["True", "False", "Unknown"], { errorMessage: 'must be "True", "False" or "Unknown", in quotes' })),
    unschedulable: Type.Optional(Type.Boolean()),
    taint: Type.Optional(Type.Unsafe<string>({ ...Text, description: "KEY or KEY:EFFECT of a taint that the node has." })),
  }),
  count: NumberCheck,
});

const EventsExpectation = closed({
  at: At,
  because: Because,
  events: closed(
    {
      reason: Type.Optional(Text),
      type: Type.Optional(Type.Enum(["Normal", "Warning"], { errorMessage: "must be Normal or Warning" })),
      object: Type.Optional(Type.String({ pattern: "^[A-Za-z]+/[^/]+$", errorMessage: 'must be kind and name, such as "Node/worker-2"' })),
      message: Type.Optional(Type.Unsafe<string>({ ...Text, description: "Text that the message contains." })),
      namespace: Type.Optional(ObjectName),
    },
    { minProperties: 1 },
  ),
  count: Type.Optional(NumberCheck),
});

const ObjectExpectation = closed({
  at: At,
  because: Because,
  object: Type.String({ pattern: "^[A-Za-z]+/[^/]+$", errorMessage: 'must be kind and name, such as "deployment/web"' }),
  namespace: Type.Optional(ObjectName),
  exists: Type.Optional(Type.Boolean()),
  field: Type.Optional(
    Type.String({
      pattern: "^[^.\\s][^\\s]*$",
      errorMessage: 'must be a path such as "status.readyReplicas" or "spec.template.spec.containers[0].image"',
    }),
  ),
  equals: Type.Optional(Type.Unknown()),
  atLeast: Type.Optional(Type.Number()),
  atMost: Type.Optional(Type.Number()),
});

const RequestsExpectation = closed({
  at: At,
  because: Because,
  requests: closed({
    generator: ObjectName,
    outcome: Type.Enum(["succeeded", "timedOut", "refused", "failed", "sent"], {
      errorMessage: "must be succeeded, timedOut, refused, failed or sent",
    }),
    since: Type.Optional(DurationText),
  }),
  count: Type.Optional(NumberCheck),
  share: Type.Optional(
    closed(
      { atLeast: Type.Optional(Probability), atMost: Type.Optional(Probability) },
      { minProperties: 1, description: "Part of all requests that ended." },
    ),
  ),
});

const AnswersExpectation = closed({
  at: At,
  because: Because,
  answers: closed({
    code: Type.Integer({ minimum: 100, maximum: 599, errorMessage: "must be an HTTP status code, such as 410" }),
  }),
  count: Type.Optional(NumberCheck),
});

export const Expectation = Type.Union([
  PodsExpectation,
  NodesExpectation,
  EventsExpectation,
  ObjectExpectation,
  RequestsExpectation,
  AnswersExpectation,
]);
export type Expectation = Static<typeof Expectation>;
