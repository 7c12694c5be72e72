/** The latencies that a scenario may set, by name. */
import Type from "typebox";
import { DurationDistribution } from "./distribution.js";
import { closed } from "./value.js";

/** Name of a latency to what it is the time of. */
export const LATENCIES = {
  network: "one way between a client and the API server, with the client's encoding",
  authorization: "authentication and the authoriser's check of a request",
  mutatingAdmission: "decoding, defaulting and mutating admission of a write",
  validation: "validation and validating admission of a write",
  etcdFsync: "one flush of an etcd member's log to its disk",
  etcdRoundTrip: "a message between two etcd members and its answer",
  watchDelivery: "from etcd's commit of a change until a watcher has it",
  list: "the first list of an informer",
  reconnect: "from the return of a machine's link until its informers list again",
  schedulerCycle: "one scheduling cycle, from the pop of a pod until it is assumed",
  sandboxStart: "the start of a pod's sandbox: namespaces, cgroups, network set-up",
  containerStart: "the creation and start of one container",
  volumeAttach: "the attachment of a volume to a node",
  volumeDetach: "the detachment of a volume from a node",
  volumeMount: "the mount of one volume",
  volumeUnmount: "the unmounting of one volume",
} as const;

export type LatencyName = keyof typeof LATENCIES;

function timeOf(meaning: string) {
  return Type.Optional(Type.Unsafe<DurationDistribution>({ ...DurationDistribution, description: `Time of ${meaning}.` }));
}

export const Latencies = closed(
  Object.fromEntries(Object.entries(LATENCIES).map(([name, meaning]) => [name, timeOf(meaning)])) as Record<
    LatencyName,
    ReturnType<typeof timeOf>
  >,
  { description: "Latencies by name, as distributions." },
);
