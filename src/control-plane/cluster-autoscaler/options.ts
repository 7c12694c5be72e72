/**
 * Settings of the cluster autoscaler, named as its flags are. Durations are in microseconds.
 *
 * Source of names and defaults: cluster-autoscaler/FAQ.md ("What are the parameters to CA?") and cluster-autoscaler/config/flags
 */
import { HOUR, MINUTE, SECOND, type SimTime } from "../../engine/simulation.js";

export interface ClusterAutoscalerOptions {
  /** How often the cluster is looked at. */
  readonly scanInterval: SimTime;
  /** Expanders, comma-separated; each but the last narrows the choice for the next. */
  readonly expander: string;
  /** Most nodes in the whole cluster; 0: no limit. */
  readonly maxNodesTotal: number;
  /** Most nodes that one scale-up reckons with. */
  readonly maxNodesPerScaleup: number;
  /** Pods younger than this do not count as pending. */
  readonly newPodScaleUpDelay: SimTime;
  /** Time that a requested node has to become Ready. */
  readonly maxNodeProvisionTime: SimTime;
  /** Time after its registration in which a node that is not Ready counts as starting. */
  readonly maxNodeStartupTime: SimTime;
  readonly initialNodeGroupBackoffDuration: SimTime;
  readonly maxNodeGroupBackoffDuration: SimTime;
  /** After so long without a failure the back-off begins anew. */
  readonly nodeGroupBackoffResetTimeout: SimTime;
  /** Unready nodes that are allowed whatever their share. */
  readonly okTotalUnreadyCount: number;
  /** Share of unready nodes, in percent, from which on nothing is scaled. */
  readonly maxTotalUnreadyPercentage: number;
  /** Whether a scale-up is divided among groups whose nodes are alike. */
  readonly balanceSimilarNodeGroups: boolean;
  /** Further labels that do not make groups unlike. */
  readonly balancingIgnoreLabel: readonly string[];
  /** Pods of lower priority neither trigger a scale-up nor hold a node back. */
  readonly expendablePodsPriorityCutoff: number;
  /** Whether groups below their minimum are enlarged. */
  readonly enforceNodeGroupMinSize: boolean;
  readonly scaleDownEnabled: boolean;
  readonly scaleDownUnreadyEnabled: boolean;
  /** Time after a scale-up, a deletion, a failed deletion in which nothing is scaled down. */
  readonly scaleDownDelayAfterAdd: SimTime;
  readonly scaleDownDelayAfterDelete: SimTime;
  readonly scaleDownDelayAfterFailure: SimTime;
  /** Time for which a node has to be unneeded; and one that is not Ready. */
  readonly scaleDownUnneededTime: SimTime;
  readonly scaleDownUnreadyTime: SimTime;
  /** Requests in relation to what is allocatable, below which a node may be unneeded. */
  readonly scaleDownUtilizationThreshold: number;
  readonly scaleDownGpuUtilizationThreshold: number;
  /** Time for which a node whose pods have no other place is not looked at again. */
  readonly unremovableNodeRecheckTimeout: SimTime;
  readonly ignoreDaemonsetsUtilization: boolean;
  readonly ignoreMirrorPodsUtilization: boolean;
  /** Most nodes deleted at once (before: --max-empty-bulk-delete), and most that are drained at once. */
  readonly maxScaleDownParallelism: number;
  readonly maxDrainParallelism: number;
  /** Most grace that an evicted pod gets, in seconds. */
  readonly maxGracefulTerminationSec: number;
  /** Time for which an eviction is tried again. */
  readonly maxPodEvictionTime: SimTime;
  readonly nodeDeleteDelayAfterTaint: SimTime;
  readonly cordonNodeBeforeTerminating: boolean;
  /** Most nodes that are marked or unmarked as candidates in one look. */
  readonly maxBulkSoftTaintCount: number;
  /** Pods that hold a node back: those of kube-system, with local storage; of controllers with fewer replicas than this. */
  readonly skipNodesWithSystemPods: boolean;
  readonly skipNodesWithLocalStorage: boolean;
  readonly minReplicaCount: number;
  readonly daemonsetEvictionForEmptyNodes: boolean;
  readonly daemonsetEvictionForOccupiedNodes: boolean;
  readonly writeStatusConfigmap: boolean;
  readonly kubeClientQps: number;
  readonly kubeClientBurst: number;
}

export const CLUSTER_AUTOSCALER_DEFAULTS: ClusterAutoscalerOptions = {
  scanInterval: 10 * SECOND,
  expander: "least-waste",
  maxNodesTotal: 0,
  maxNodesPerScaleup: 1000,
  newPodScaleUpDelay: 0,
  maxNodeProvisionTime: 15 * MINUTE,
  maxNodeStartupTime: 15 * MINUTE,
  initialNodeGroupBackoffDuration: 5 * MINUTE,
  maxNodeGroupBackoffDuration: 30 * MINUTE,
  nodeGroupBackoffResetTimeout: 3 * HOUR,
  okTotalUnreadyCount: 3,
  maxTotalUnreadyPercentage: 45,
  balanceSimilarNodeGroups: false,
  balancingIgnoreLabel: [],
  expendablePodsPriorityCutoff: -10,
  enforceNodeGroupMinSize: false,
  scaleDownEnabled: true,
  scaleDownUnreadyEnabled: true,
  scaleDownDelayAfterAdd: 10 * MINUTE,
  scaleDownDelayAfterDelete: 0,
  scaleDownDelayAfterFailure: 3 * MINUTE,
  scaleDownUnneededTime: 10 * MINUTE,
  scaleDownUnreadyTime: 20 * MINUTE,
  scaleDownUtilizationThreshold: 0.5,
  scaleDownGpuUtilizationThreshold: 0.5,
  unremovableNodeRecheckTimeout: 5 * MINUTE,
  ignoreDaemonsetsUtilization: false,
  ignoreMirrorPodsUtilization: false,
  maxScaleDownParallelism: 10,
  maxDrainParallelism: 1,
  maxGracefulTerminationSec: 600,
  maxPodEvictionTime: 2 * MINUTE,
  nodeDeleteDelayAfterTaint: 5 * SECOND,
  cordonNodeBeforeTerminating: false,
  maxBulkSoftTaintCount: 10,
  skipNodesWithSystemPods: true,
  skipNodesWithLocalStorage: true,
  minReplicaCount: 0,
  daemonsetEvictionForEmptyNodes: false,
  daemonsetEvictionForOccupiedNodes: true,
  writeStatusConfigmap: true,
  kubeClientQps: 5,
  kubeClientBurst: 10,
};

/** Values by flag without dashes in front, durations in microseconds: `{"scan-interval": 10_000_000}`. */
export type ClusterAutoscalerFlags = Readonly<Record<string, number | boolean | string | readonly string[]>>;

/** Flags that go by a newer name today. */
const RENAMED: Readonly<Record<string, string>> = { "max-empty-bulk-delete": "max-scale-down-parallelism" };

/** The defaults with flags applied; a flag that is not known has no effect. */
export function withAutoscalerFlags(flags: ClusterAutoscalerFlags): ClusterAutoscalerOptions {
  const given = Object.entries(flags).map(([flag, value]) => [optionOf(RENAMED[flag] ?? flag), value] as const);
  return { ...CLUSTER_AUTOSCALER_DEFAULTS, ...(Object.fromEntries(given) as Partial<ClusterAutoscalerOptions>) };
}

function optionOf(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
