/** `cluster: nodes:` the machines of one kind. */
import Type, { type Static } from "typebox";
import { Address } from "./address.js";
import { DurationDistribution } from "./distribution.js";
import { closed, Count, ObjectName, PositiveCount, Resources, StringMap, Text } from "./value.js";

const Taint = closed({
  key: Text,
  value: Type.Optional(Type.String()),
  effect: Type.Union([Type.Literal("NoSchedule"), Type.Literal("PreferNoSchedule"), Type.Literal("NoExecute")], {
    errorMessage: "must be NoSchedule, PreferNoSchedule or NoExecute",
  }),
});

const StaticPod = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: "object",
  required: ["apiVersion", "kind"],
  description: "The manifest of a Pod.",
  errorMessage: "must be a Kubernetes object with apiVersion and kind",
});

/** Twenty times as many as Kubernetes supports (https://kubernetes.io/docs/setup/best-practices/cluster-large/), for studies beyond it. */
const MOST_NODES = 100_000;
const NodeCount = Type.Integer({ minimum: 0, maximum: MOST_NODES, errorMessage: `must be a whole number from 0 to ${MOST_NODES}` });

export const NodeGroup = closed({
  name: ObjectName,
  count: Type.Optional(
    Type.Unsafe<number>({ ...NodeCount, description: "Nodes of this kind, called NAME-1 to NAME-count; absent: one node called NAME." }),
  ),
  names: Type.Optional(Type.Array(ObjectName, { minItems: 1, description: "Names of the nodes, instead of count." })),
  role: Type.Optional(
    Type.Union([Type.Literal("control-plane"), Type.Literal("worker")], { errorMessage: "must be control-plane or worker" }),
  ),
  capacity: Type.Optional(Resources),
  systemReserved: Type.Optional(Resources),
  kubeReserved: Type.Optional(Resources),
  labels: Type.Optional(StringMap),
  annotations: Type.Optional(StringMap),
  taints: Type.Optional(Type.Array(Taint)),
  zones: Type.Optional(
    Type.Array(Text, { minItems: 1, description: "Zones, given to the nodes in turn (label topology.kubernetes.io/zone)." }),
  ),
  region: Type.Optional(Text),
  addresses: Type.Optional(Type.Array(Address, { description: "Internal IP of each node in order; absent: given out in order." })),
  volumeLimits: Type.Optional(
    Type.Record(Text, Count, { description: "Most volumes that a node attaches, by name of the storage driver; told in CSINode objects." }),
  ),
  staticPods: Type.Optional(
    Type.Array(StaticPod, { description: "Manifests of pods that each node's kubelet runs from files: static pods, NAME-NODE." }),
  ),
  runtime: Type.Optional(
    Type.Union([Type.Literal("containerd"), Type.Literal("cri-o"), Type.Literal("docker")], {
      errorMessage: "must be containerd, cri-o or docker",
    }),
  ),
  minSize: Type.Optional(Type.Unsafe<number>({ ...Count, description: "The cluster autoscaler keeps at least so many." })),
  maxSize: Type.Optional(Type.Unsafe<number>({ ...Count, description: "The cluster autoscaler adds nodes up to so many." })),
  maxUnavailable: Type.Optional(
    Type.Union([PositiveCount, Type.String({ pattern: "^[0-9]+%$" })], {
      description: "Nodes that a managed update replaces at once: a number or a percentage.",
      errorMessage: 'must be a number or a percentage such as "50%"',
    }),
  ),
  provisioningTime: Type.Optional(
    Type.Unsafe<DurationDistribution>({
      ...DurationDistribution,
      description: "From the request of a further machine until its node joins; absent: 60s.",
    }),
  ),
  availableInstances: Type.Optional(
    Type.Unsafe<number>({ ...Count, description: "Machines that the cloud has for the group at most; further requests fail." }),
  ),
});
export type NodeGroup = Static<typeof NodeGroup>;
