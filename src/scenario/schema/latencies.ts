/** The latencies that a scenario may set, by name. */
import Type from "typebox";
import { DurationDistribution } from "./distribution.js";
import { closed } from "./value.js";

/** Name of a latency to what it is the time of. */
export const LATENCIES = {
  apiRequest: "one request's way through kube-apiserver (authentication, authorisation, admission, validation), without etcd",
  etcdFsync: "one write to the log of an etcd member",
  etcdRoundTrip: "a message between two etcd members and its answer",
  watchDelivery: "from the commit of a change until a watcher has it",
  schedulerCycle: "one scheduling cycle, from the pop of a pod until it is assumed",
  schedulerBinding: "one binding cycle, without the request",
  kubeletSync: "from a change that concerns a pod until its kubelet acts",
  sandboxStart: "the pod's sandbox: namespaces, cgroups, network set-up",
  containerCreate: "creation of one container",
  containerStart: "start of one container's process",
  containerStop: "from the signal until the process has gone, where its behavior says nothing",
  imagePull: "pull of one image, whatever its size; absent: size by registry bandwidth",
  proxySync: "from a change of a Service or EndpointSlice until kube-proxy has written one node's rules",
  networkHop: "one packet's way between two nodes",
  nodeBoot: "from power-on until the kubelet starts",
  nodeProvision: "from the request for a new machine of a node group until it boots",
} as const;

export type LatencyName = keyof typeof LATENCIES;

export const Latencies = closed(
  Object.fromEntries(
    Object.entries(LATENCIES).map(([name, meaning]) => [name, Type.Optional(Type.Unsafe<DurationDistribution>({ ...DurationDistribution, description: `Time of ${meaning}.` }))]),
  ) as Record<LatencyName, ReturnType<typeof optionalDistribution>>,
  { description: "Latencies by name, as distributions." },
);

function optionalDistribution() {
  return Type.Optional(Type.Unsafe<DurationDistribution>(DurationDistribution));
}
