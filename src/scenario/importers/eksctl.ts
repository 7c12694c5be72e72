/** An eksctl ClusterConfig as a cluster description. Source of the format: https://eksctl.io/usage/schema/ */
import Type, { type Static } from "typebox";
import type { Cluster } from "../schema/cluster.js";
import type { NodeGroup } from "../schema/node-group.js";
import { suggestion } from "../suggestion.js";
import type { Finding } from "../mistake.js";
import { validatorOf } from "../validation.js";
import { INSTANCE_TYPES, kubeReservedOf, maxPodsOf } from "./instance-types.js";

/** eksctl's default where a node group names no type. */
const DEFAULT_INSTANCE_TYPE = "m5.large";
const DEFAULT_CAPACITY = 2;
/** EKS runs the control plane itself: at least two API servers and three etcd members. Source: https://docs.aws.amazon.com/eks/latest/userguide/eks-architecture.html */
const MANAGED_CONTROL_PLANE = { etcdMembers: 3, apiServers: 2 } as const;

const Size = Type.Optional(Type.Integer({ minimum: 0 }));
const Taints = Type.Array(
  Type.Object({
    key: Type.String(),
    value: Type.Optional(Type.String()),
    effect: Type.Enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
  }),
);

const NodeGroupConfig = Type.Object({
  name: Type.String(),
  instanceType: Type.Optional(Type.String()),
  desiredCapacity: Size,
  minSize: Size,
  maxSize: Size,
  availabilityZones: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  taints: Type.Optional(Taints),
  maxPodsPerNode: Type.Optional(Type.Integer({ minimum: 1 })),
  updateConfig: Type.Optional(
    Type.Object({ maxUnavailable: Type.Optional(Type.Integer()), maxUnavailablePercentage: Type.Optional(Type.Integer()) }),
  ),
});

/** The fields that matter here; an eksctl file has many others. */
const ClusterConfig = Type.Object({
  metadata: Type.Object({
    name: Type.String(),
    region: Type.Optional(Type.String()),
    version: Type.Optional(Type.String({ errorMessage: 'must be a text such as "1.31", in quotes' })),
  }),
  availabilityZones: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  vpc: Type.Optional(Type.Object({ cidr: Type.Optional(Type.String()) })),
  addons: Type.Optional(Type.Array(Type.Object({ name: Type.String(), configurationValues: Type.Optional(Type.String()) }))),
  managedNodeGroups: Type.Optional(Type.Array(NodeGroupConfig)),
  nodeGroups: Type.Optional(Type.Array(NodeGroupConfig)),
});
type NodeGroupConfig = Static<typeof NodeGroupConfig>;
type ClusterConfig = Static<typeof ClusterConfig>;

const validate = validatorOf(ClusterConfig);

export function isClusterConfig(value: unknown): boolean {
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return kind === "ClusterConfig" && typeof apiVersion === "string" && apiVersion.startsWith("eksctl.io/");
}

/** What the file says; mistakes are added to the findings. */
export function readClusterConfig(value: unknown, found: Finding[]): Cluster {
  const wrong = validate(value);
  found.push(...wrong);
  if (wrong.length > 0) return {};
  const config = value as ClusterConfig;
  const prefixDelegation = delegatesPrefixes(config, found);
  const groups = [...(config.managedNodeGroups ?? []), ...(config.nodeGroups ?? [])];
  if (groups.length === 0)
    found.push({ path: ["managedNodeGroups"], at: "parent", message: "Required value: must be a list of node groups" });
  return {
    name: config.metadata.name,
    ...(config.metadata.version !== undefined && { kubernetesVersion: config.metadata.version }),
    controlPlane: MANAGED_CONTROL_PLANE,
    nodes: groups.map((group, index) =>
      nodeGroup(group, config, prefixDelegation, (message) =>
        found.push({ path: ["managedNodeGroups", index, "instanceType"], at: "value", message }),
      ),
    ),
    network: {
      plugin: "aws-vpc-cni",
      encapsulation: "none",
      prefixDelegation,
      ...(config.vpc?.cidr !== undefined && { podCIDR: config.vpc.cidr }),
    },
  };
}

function nodeGroup(group: NodeGroupConfig, config: ClusterConfig, prefixDelegation: boolean, wrong: (message: string) => void): NodeGroup {
  const typeName = group.instanceType ?? DEFAULT_INSTANCE_TYPE;
  const type = INSTANCE_TYPES[typeName] ?? INSTANCE_TYPES[DEFAULT_INSTANCE_TYPE];
  if (INSTANCE_TYPES[typeName] === undefined)
    wrong(`Invalid value: "${typeName}": unknown instance type; ${suggestion(typeName, Object.keys(INSTANCE_TYPES))}`);
  const pods = group.maxPodsPerNode ?? maxPodsOf(type, prefixDelegation);
  const zones = group.availabilityZones ?? config.availabilityZones;
  const count = group.desiredCapacity ?? group.minSize ?? DEFAULT_CAPACITY;
  const update = group.updateConfig;
  return {
    name: group.name,
    count,
    capacity: { cpu: type.cpu, memory: `${type.memoryGiB}Gi`, pods, ...(type.gpus !== undefined && { "nvidia.com/gpu": type.gpus }) },
    kubeReserved: kubeReservedOf(type, pods),
    labels: { "eks.amazonaws.com/nodegroup": group.name, "node.kubernetes.io/instance-type": typeName, ...group.labels },
    ...(group.taints !== undefined && { taints: group.taints }),
    ...(zones !== undefined && { zones }),
    ...(config.metadata.region !== undefined && { region: config.metadata.region }),
    minSize: group.minSize ?? count,
    maxSize: group.maxSize ?? count,
    ...(update?.maxUnavailablePercentage !== undefined && { maxUnavailable: `${update.maxUnavailablePercentage}%` }),
    ...(update?.maxUnavailable !== undefined && { maxUnavailable: update.maxUnavailable }),
  };
}

function delegatesPrefixes(config: ClusterConfig, found: Finding[]): boolean {
  const index = config.addons?.findIndex(({ name }) => name === "vpc-cni") ?? -1;
  const text = config.addons?.[index]?.configurationValues;
  if (text === undefined) return false;
  try {
    const values = JSON.parse(text) as { env?: Record<string, unknown> } | null;
    return String(values?.env?.ENABLE_PREFIX_DELEGATION) === "true";
  } catch (error) {
    found.push({
      path: ["addons", index, "configurationValues"],
      at: "value",
      message: `must be JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
    return false;
  }
}
