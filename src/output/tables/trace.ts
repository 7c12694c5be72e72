import { optionalSeconds, type Table } from "../csv.js";
import type { TraceStep } from "../pod-trace.js";

export const TRACE: Table<TraceStep> = {
  name: "trace",
  row: "a step of the traced pod's creation",
  columns: [
    { name: "step", meaning: "number of the step, from 1 to 11", value: ({ step }) => step },
    { name: "state", meaning: "done, not applicable, not seen or not reached", value: ({ state }) => state },
    { name: "time_seconds", meaning: "when it happened", value: ({ time }) => optionalSeconds(time) },
    {
      name: "since_previous_seconds",
      meaning: "time since the last step before it that was done",
      value: ({ since }) => optionalSeconds(since),
    },
    { name: "component", meaning: "where it happened", value: ({ component }) => component },
    { name: "host", meaning: "node of that component, where it has one", value: ({ host }) => host },
    { name: "what", meaning: "what happened", value: ({ what }) => what },
  ],
};
