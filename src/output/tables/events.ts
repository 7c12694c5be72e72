import type { Event } from "../../api/types/policy.js";
import type { SimTime } from "../../engine/simulation.js";
import { secondsText, type Table } from "../csv.js";

export interface EventRow {
  readonly time: SimTime;
  readonly event: Event;
}

export const EVENTS: Table<EventRow> = {
  name: "events",
  row: "an Event object when it was recorded, or recorded again with a higher count",
  columns: [
    { name: "time_seconds", meaning: "when the API server stored it", value: ({ time }) => secondsText(time) },
    { name: "type", meaning: "Normal or Warning", value: ({ event }) => event.type },
    {
      name: "reason",
      meaning: "Kubernetes' reason, such as Scheduled, FailedScheduling, NodeNotReady",
      value: ({ event }) => event.reason,
    },
    { name: "kind", meaning: "kind of the object that the event is about", value: ({ event }) => event.involvedObject.kind },
    { name: "namespace", meaning: "its namespace, empty for cluster-scoped objects", value: ({ event }) => event.involvedObject.namespace },
    { name: "name", meaning: "its name", value: ({ event }) => event.involvedObject.name },
    { name: "component", meaning: "who reported it", value: ({ event }) => event.source.component },
    { name: "host", meaning: "node of the reporting component, where it has one", value: ({ event }) => event.source.host },
    { name: "count", meaning: "how often it has happened", value: ({ event }) => event.count },
    { name: "message", meaning: "Kubernetes' message", value: ({ event }) => event.message },
  ],
};
