import type { SchedulingAttempt } from "../../scheduler/observer.js";
import { secondsText, type Table } from "../csv.js";

export const SCHEDULING: Table<SchedulingAttempt> = {
  name: "scheduling",
  row: "an attempt of the scheduler to place a pod",
  columns: [
    { name: "time_seconds", meaning: "when the attempt began", value: ({ time }) => secondsText(time) },
    { name: "namespace", meaning: "the pod's namespace", value: ({ pod }) => pod.metadata.namespace },
    { name: "pod", meaning: "the pod's name", value: ({ pod }) => pod.metadata.name },
    { name: "attempt", meaning: "number of the pod's attempt, from 1", value: ({ attempt }) => attempt },
    {
      name: "result",
      meaning: "scheduled, unschedulable or error, as scheduler_schedule_attempts_total labels them",
      value: ({ result }) => result,
    },
    { name: "profile", meaning: "scheduler profile", value: ({ profile }) => profile },
    { name: "node", meaning: "chosen node", value: ({ node }) => node },
    { name: "evaluated_nodes", meaning: "nodes that were filtered", value: ({ evaluatedNodes }) => evaluatedNodes },
    { name: "feasible_nodes", meaning: "nodes that passed all filters", value: ({ feasibleNodes }) => feasibleNodes },
    {
      name: "score",
      meaning: "weighted total of the chosen node; empty where a single feasible node was taken unscored",
      value: ({ score }) => score,
    },
    { name: "duration_seconds", meaning: "simulated duration of the attempt", value: ({ duration }) => secondsText(duration) },
    { name: "plugins", meaning: "plugins that rejected the pod, joined by |", value: ({ plugins }) => plugins.join("|") },
    { name: "message", meaning: "why no node was found, as in the FailedScheduling event", value: ({ message }) => message },
  ],
};
