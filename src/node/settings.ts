/** Settings of a kubelet, by the names of KubeletConfiguration. Durations in microseconds. */
import { MILLISECOND, MINUTE, SECOND, type SimTime } from "../engine/simulation.js";
import { DEFAULT_EVICTION_HARD } from "./status/node-allocatable.js";

/** Source of names and defaults: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export interface KubeletSettings {
  /** Period of Lease renewals. Upstream renews each quarter of nodeLeaseDurationSeconds (40 s): 10 s. */
  readonly leaseRenewPeriod: SimTime;
  /** How often the kubelet computes its node's status, and so how late at most it repairs what others wrote there. */
  readonly nodeStatusUpdateFrequency: SimTime;
  readonly maxPods: number;
  readonly podsPerCore: number;
  /** One image pull at a time on a node. */
  readonly serializeImagePulls: boolean;
  /** Pulls at a time where they are not serialized. */
  readonly maxParallelImagePulls: number;
  readonly registryPullQPS: number;
  readonly registryBurst: number;
  readonly evictionHard: Readonly<Record<string, string>>;
  readonly evictionSoft: Readonly<Record<string, string>>;
  readonly evictionSoftGracePeriod: Readonly<Record<string, string>>;
  readonly evictionMinimumReclaim: Readonly<Record<string, string>>;
  readonly evictionMaxPodGracePeriod: number;
  readonly evictionPressureTransitionPeriod: SimTime;
  /** Housekeeping: how often the eviction manager looks (evictionMonitoringPeriod). */
  readonly evictionMonitoringPeriod: SimTime;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  readonly imageMinimumGCAge: SimTime;
  readonly imageMaximumGCAge: SimTime;
  readonly cpuCFSQuota: boolean;
  /** Most processes of one pod; -1 for no limit. */
  readonly podPidsLimit: number;
  /** Longest wait before a crashing container is started again (crashLoopBackOff.maxContainerRestartPeriod). */
  readonly maxContainerRestartPeriod: SimTime | undefined;
  readonly kubeAPIQPS: number;
  readonly kubeAPIBurst: number;
  /** The same for events, which have a client of their own (eventRecordQPS, eventBurst). */
  readonly eventRecordQPS: number;
  readonly eventBurst: number;
  /** How often the kubelet asks the runtime what changed (genericPlegRelistPeriod); 0: it knows at once. */
  readonly plegRelistPeriod: SimTime;
  /** A start that takes longer than this is reported as ContainerCreating first; a shorter one is reported once, when it is done. */
  readonly reportCreatingAfter: SimTime;
  /** Whether events of normal course (Pulled, Created, Started, Killing) are recorded; warnings always are. */
  readonly normalEvents: boolean;
  /** Simulate each probe by an event of its own, for comparison: nothing else differs. */
  readonly simulateProbesSingly: boolean;
  /** From the start of the kubelet's process until it registers and looks after pods. */
  readonly startupDuration: SimTime;
  /** From power-on until the kubelet's process starts. */
  readonly bootDuration: SimTime;
}

/** The kubelet's own defaults in Kubernetes 1.36. */
export const KUBERNETES_1_36: KubeletSettings = {
  leaseRenewPeriod: 10 * SECOND,
  nodeStatusUpdateFrequency: 10 * SECOND,
  maxPods: 110,
  podsPerCore: 0,
  serializeImagePulls: true,
  maxParallelImagePulls: 1,
  registryPullQPS: 5,
  registryBurst: 10,
  evictionHard: DEFAULT_EVICTION_HARD,
  evictionSoft: {},
  evictionSoftGracePeriod: {},
  evictionMinimumReclaim: {},
  evictionMaxPodGracePeriod: 0,
  evictionPressureTransitionPeriod: 5 * MINUTE,
  evictionMonitoringPeriod: 10 * SECOND,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAge: 2 * MINUTE,
  imageMaximumGCAge: 0,
  cpuCFSQuota: true,
  podPidsLimit: -1,
  maxContainerRestartPeriod: undefined,
  kubeAPIQPS: 50,
  kubeAPIBurst: 100,
  eventRecordQPS: 50,
  eventBurst: 100,
  plegRelistPeriod: SECOND,
  reportCreatingAfter: 2 * SECOND,
  normalEvents: true,
  simulateProbesSingly: false,
  startupDuration: 0,
  bootDuration: 0,
};

/** The defaults of scenarios: a heartbeat each 5 s. */
export const MISSION: KubeletSettings = { ...KUBERNETES_1_36, leaseRenewPeriod: 5 * SECOND };

/** What a machine and its container runtime take to start things, and the network's way to the registry. All assumed, all settings. */
export const REGISTRY_LATENCY: SimTime = 200 * MILLISECOND;
