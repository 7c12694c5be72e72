import type { RequestRecord } from "../../traffic/request-record.js";
import { secondsText, type Table } from "../csv.js";

export const REQUESTS: Table<RequestRecord> = {
  name: "requests",
  row: "a request of a traffic generator, when it ended",
  columns: [
    { name: "start_seconds", meaning: "when the user sent it, before the first attempt", value: ({ start }) => secondsText(start) },
    { name: "end_seconds", meaning: "when it was answered, refused or given up", value: ({ end }) => secondsText(end) },
    { name: "generator", meaning: "name of the traffic generator", value: ({ generator }) => generator },
    { name: "client", meaning: "namespace/name of the pod it came from, or the client's address", value: ({ client }) => client },
    { name: "target", meaning: "service that was asked", value: ({ target }) => target },
    { name: "outcome", meaning: "ok, refused, timeout, dropped or error", value: ({ outcome }) => outcome },
    { name: "attempts", meaning: "attempts, 1 where the first one ended it", value: ({ attempts }) => attempts },
    { name: "pod", meaning: "namespace/name of the pod that the last attempt reached", value: ({ pod }) => pod },
    { name: "node", meaning: "its node", value: ({ node }) => node },
    { name: "latency_seconds", meaning: "from start to end", value: ({ start, end }) => secondsText(end - start) },
    { name: "resolve_seconds", meaning: "name resolution of the last attempt", value: ({ resolve }) => secondsText(resolve) },
    { name: "connect_seconds", meaning: "service rules and handshake", value: ({ connect }) => secondsText(connect) },
    { name: "queue_seconds", meaning: "wait for a worker of the server", value: ({ queue }) => secondsText(queue) },
    { name: "service_seconds", meaning: "service by that worker", value: ({ service }) => secondsText(service) },
    { name: "transfer_seconds", meaning: "the way of request and answer", value: ({ transfer }) => secondsText(transfer) },
  ],
};
