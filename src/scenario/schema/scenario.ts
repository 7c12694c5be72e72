/** The scenario file. This is the one source of the JSON Schema for editors, of the validation and of the TypeScript types. */
import Type, { type Static } from "typebox";
import { Behavior } from "./behavior.js";
import { Cluster } from "./cluster.js";
import { Expectation } from "./expectation.js";
import { Metrics } from "./metrics.js";
import { TimelineStep } from "./timeline.js";
import { Traffic } from "./traffic.js";
import { closed, DurationText, ObjectName, Text } from "./value.js";
import { Workload } from "./workload.js";

export const SCENARIO_API_VERSION = "kubewarp.io/v1";

/** Names of the CSV files that a run writes, without ".csv". */
export const OUTPUT_FILES = ["pods", "nodes", "events", "scheduling", "series", "requests", "summary"] as const;

const SchedulerConfiguration = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: "object",
  description: "A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1), or {file: PATH}.",
  errorMessage: "must be a KubeSchedulerConfiguration, or {file: PATH}",
});

export const ScenarioSchema = closed(
  {
    apiVersion: Type.Literal(SCENARIO_API_VERSION, { errorMessage: `must be ${SCENARIO_API_VERSION}` }),
    kind: Type.Literal("Scenario"),
    metadata: Type.Optional(
      closed({
        name: Type.Optional(ObjectName),
        description: Type.Optional(Text),
        labels: Type.Optional(Type.Record(Type.String(), Type.String())),
      }),
    ),
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]), {
        description: "Values for ${NAME} in this document; null: must be given with --set NAME=VALUE.",
      }),
    ),
    seed: Type.Optional(Type.Union([Type.Integer(), Type.String()], { errorMessage: "must be a whole number or a text" })),
    duration: DurationText,
    epoch: Type.Optional(
      Type.String({
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
        description: "Wall-clock time at which the run begins, in UTC; default 2026-01-01T00:00:00Z.",
        errorMessage: 'must be a time such as "2026-01-01T00:00:00Z"',
      }),
    ),
    cluster: Cluster,
    scheduler: Type.Optional(SchedulerConfiguration),
    manifests: Type.Optional(
      Type.Array(Text, { description: "Files, directories or patterns of manifests, relative to this file, applied at time 0." }),
    ),
    workloads: Type.Optional(Type.Array(Workload)),
    behaviors: Type.Optional(Type.Array(Behavior)),
    timeline: Type.Optional(Type.Array(TimelineStep)),
    traffic: Type.Optional(Type.Array(Traffic)),
    metrics: Type.Optional(Metrics),
    expect: Type.Optional(Type.Array(Expectation)),
    outputs: Type.Optional(
      closed({
        interval: Type.Optional(Type.Unsafe<string | 0>({ ...DurationText, description: "Between two lines of series.csv." })),
        metrics: Type.Optional(
          Type.Unsafe<"none" | "end" | "series">(
            Type.Enum(["none", "end", "series"], {
              description: "metrics.prom: not at all, the state at the end (default), or a sample at each interval.",
              errorMessage: "must be none, end or series",
            }),
          ),
        ),
        files: Type.Optional(Type.Array(Type.Enum([...OUTPUT_FILES], { errorMessage: `must be one of ${OUTPUT_FILES.join(", ")}` }))),
      }),
    ),
  },
  { $schema: "http://json-schema.org/draft-07/schema#", title: "kubewarp scenario" },
);
export type ScenarioFile = Static<typeof ScenarioSchema>;
