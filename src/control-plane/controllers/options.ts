/**
 * Settings of kube-controller-manager, named as its flags are. Durations are in microseconds.
 *
 * Source of the defaults: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ (1.36).
 */
import { MINUTE, SECOND, type SimTime } from "../../engine/simulation.js";

export interface ControllerManagerOptions {
  /** "*" for all that are on by default, "name" to add one, "-name" to leave one out (--controllers). */
  readonly controllers: readonly string[];
  /** Requests a second of each controller's client (--kube-api-qps), and their burst (--kube-api-burst). */
  readonly kubeApiQps: number;
  readonly kubeApiBurst: number;
  /** Computing time of one sync of any controller. */
  readonly syncDuration: SimTime;

  readonly concurrentDeploymentSyncs: number;
  readonly concurrentReplicaSetSyncs: number;
  readonly concurrentReplicationControllerSyncs: number;
  readonly concurrentDaemonSetSyncs: number;
  readonly concurrentStatefulSetSyncs: number;
  readonly concurrentJobSyncs: number;
  readonly concurrentCronJobSyncs: number;
  readonly concurrentServiceEndpointSyncs: number;
  readonly concurrentGcSyncs: number;
  readonly concurrentNamespaceSyncs: number;
  readonly concurrentResourceQuotaSyncs: number;
  readonly concurrentTtlAfterFinishedSyncs: number;
  readonly concurrentHorizontalPodAutoscalerSyncs: number;

  /** Most endpoints in one EndpointSlice (--max-endpoints-per-slice). */
  readonly maxEndpointsPerSlice: number;
  /** Changes of pods are gathered for this long before a Service's endpoints are synced (--endpointslice-updates-batch-period). */
  readonly endpointSliceUpdatesBatchPeriod: SimTime;

  /** How often the health of nodes is judged (--node-monitor-period). */
  readonly nodeMonitorPeriod: SimTime;
  /** Time without a heartbeat after which a node's conditions become Unknown (--node-monitor-grace-period). */
  readonly nodeMonitorGracePeriod: SimTime;
  /** The same for a node that has not posted any status yet (--node-startup-grace-period). */
  readonly nodeStartupGracePeriod: SimTime;
  /** Time of the first judgement after the start, which sets the phase of all later ones. */
  readonly nodeMonitorTickPhase: SimTime;
  /** Nodes a second that are tainted NoExecute in a healthy zone (--node-eviction-rate). */
  readonly nodeEvictionRate: number;
  /** The same in a large zone that is partly broken (--secondary-node-eviction-rate). */
  readonly secondaryNodeEvictionRate: number;
  /** Fraction of a zone's nodes from which it counts as partly broken (--unhealthy-zone-threshold). */
  readonly unhealthyZoneThreshold: number;
  /** Zones of more nodes are large; in smaller ones a partly broken zone is not tainted at all (--large-cluster-size-threshold). */
  readonly largeClusterSizeThreshold: number;

  /** Ended pods above this number are deleted (--terminated-pod-gc-threshold). */
  readonly terminatedPodGcThreshold: number;

  /** Time between two looks at each autoscaler (--horizontal-pod-autoscaler-sync-period). */
  readonly horizontalPodAutoscalerSyncPeriod: SimTime;
  readonly horizontalPodAutoscalerTolerance: number;
  readonly horizontalPodAutoscalerDownscaleStabilization: SimTime;
  readonly horizontalPodAutoscalerCpuInitializationPeriod: SimTime;
  readonly horizontalPodAutoscalerInitialReadinessDelay: SimTime;

  /** Time that a provisioner takes to make a volume, and to destroy one. */
  readonly volumeProvisioningTime: SimTime;
  readonly volumeDeletionTime: SimTime;
  /** Time between two full recounts of all quotas (--resource-quota-sync-period). */
  readonly resourceQuotaSyncPeriod: SimTime;
  /** Whether nodes get pod address ranges (--allocate-node-cidrs), out of these (--cluster-cidr), each of this prefix length. */
  readonly allocateNodeCidrs: boolean;
  readonly clusterCidr: readonly string[];
  readonly nodeCidrMaskSizeIpv4: number;
  readonly nodeCidrMaskSizeIpv6: number;
}

/** Computing time of a sync: the order of magnitude that a busy controller manager shows in its workqueue_work_duration_seconds, less its requests. */
const SYNC_DURATION: SimTime = 200;

/** A few seconds, as block stores of cloud providers take; scenarios set their own. */
const VOLUME_TIME: SimTime = 3 * SECOND;

/** The real defaults of Kubernetes 1.36. */
export const KUBERNETES_1_36: ControllerManagerOptions = {
  controllers: ["*"],
  kubeApiQps: 20,
  kubeApiBurst: 30,
  syncDuration: SYNC_DURATION,
  concurrentDeploymentSyncs: 5,
  concurrentReplicaSetSyncs: 5,
  concurrentReplicationControllerSyncs: 5,
  concurrentDaemonSetSyncs: 2,
  concurrentStatefulSetSyncs: 5,
  concurrentJobSyncs: 5,
  concurrentCronJobSyncs: 5,
  concurrentServiceEndpointSyncs: 5,
  concurrentGcSyncs: 20,
  concurrentNamespaceSyncs: 10,
  concurrentResourceQuotaSyncs: 5,
  concurrentTtlAfterFinishedSyncs: 5,
  concurrentHorizontalPodAutoscalerSyncs: 5,
  maxEndpointsPerSlice: 100,
  endpointSliceUpdatesBatchPeriod: 0,
  nodeMonitorPeriod: 5 * SECOND,
  nodeMonitorGracePeriod: 50 * SECOND,
  nodeStartupGracePeriod: MINUTE,
  nodeMonitorTickPhase: 0,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  unhealthyZoneThreshold: 0.55,
  largeClusterSizeThreshold: 50,
  terminatedPodGcThreshold: 12_500,
  horizontalPodAutoscalerSyncPeriod: 15 * SECOND,
  horizontalPodAutoscalerTolerance: 0.1,
  horizontalPodAutoscalerDownscaleStabilization: 5 * MINUTE,
  horizontalPodAutoscalerCpuInitializationPeriod: 5 * MINUTE,
  horizontalPodAutoscalerInitialReadinessDelay: 30 * SECOND,
  volumeProvisioningTime: VOLUME_TIME,
  volumeDeletionTime: VOLUME_TIME,
  resourceQuotaSyncPeriod: 5 * MINUTE,
  allocateNodeCidrs: false,
  clusterCidr: [],
  nodeCidrMaskSizeIpv4: 24,
  nodeCidrMaskSizeIpv6: 64,
};

/** Defaults of scenarios: those of Kubernetes, but a node is given up 40 s after its last heartbeat, as up to Kubernetes 1.31. */
export const SCENARIO_DEFAULTS: ControllerManagerOptions = { ...KUBERNETES_1_36, nodeMonitorGracePeriod: 40 * SECOND };

/** A flag that kube-controller-manager does not have, or that the simulator does not know. */
export class UnknownFlagError extends Error {
  constructor(
    readonly flag: string,
    readonly known: readonly string[],
  ) {
    super(`kube-controller-manager: unknown flag: --${flag}`);
    this.name = "UnknownFlagError";
  }
}

function optionOf(flag: string): string {
  // kube-controller-manager spells two words together that the options' names keep apart.
  const words = flag.replace("replicaset", "replica-set").replace("statefulset", "stateful-set").replace("daemonset", "daemon-set");
  return words.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The options with flags applied, such as {"node-monitor-grace-period": 40_000_000}.
 *
 * @throws UnknownFlagError where a flag is not known
 */
export function withFlags(
  options: ControllerManagerOptions,
  flags: Readonly<Record<string, number | boolean | readonly string[]>>,
): ControllerManagerOptions {
  const changed: Record<string, unknown> = { ...options };
  for (const [flag, value] of Object.entries(flags)) {
    const option = optionOf(flag);
    if (!(option in options)) throw new UnknownFlagError(flag, Object.keys(options).map(flagOf));
    changed[option] = value;
  }
  return changed as unknown as ControllerManagerOptions;
}

function flagOf(option: string): string {
  return option
    .replace("ReplicaSet", "Replicaset")
    .replace("StatefulSet", "Statefulset")
    .replace("DaemonSet", "Daemonset")
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
