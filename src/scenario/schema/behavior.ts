/** `behaviors:` what the processes in pods do once they run. The first entry that matches a pod holds. */
import Type, { type Static } from "typebox";
import { DurationDistribution, QuantityDistribution } from "./distribution.js";
import { closed, ObjectName, PositiveCount, Probability, StringMap } from "./value.js";

export const Match = closed({
  labels: Type.Optional(StringMap),
  namespace: Type.Optional(ObjectName),
  owner: Type.Optional(
    Type.String({
      pattern: "^[A-Za-z]+/[^/]+$",
      errorMessage: 'must be the kind and name of the controlling owner, such as "Job/batch" or "Deployment/web"',
      description: "Kind and name of the pod's controller; Deployment/NAME and CronJob/NAME mean the pods of their ReplicaSets and Jobs.",
    }),
  ),
  name: Type.Optional(Type.Unsafe<string>({ ...ObjectName, description: "Name of one pod." })),
});

export const Behavior = closed({
  match: Match,
  runDuration: Type.Optional(DurationDistribution),
  exitCode: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, errorMessage: "must be a whole number from 0 to 255" })),
  startup: Type.Optional(DurationDistribution),
  shutdown: Type.Optional(DurationDistribution),
  cpuUsage: Type.Optional(QuantityDistribution),
  memoryUsage: Type.Optional(QuantityDistribution),
  serviceTime: Type.Optional(DurationDistribution),
  concurrency: Type.Optional(PositiveCount),
  serviceCpu: Type.Optional(
    Type.Unsafe<number>({
      ...Probability,
      description: "Part of the service time that is computing, which counts as CPU usage; default 1.",
    }),
  ),
});
export type Behavior = Static<typeof Behavior>;
