/** Settings of the cluster's components, by the names that they have there. */
import Type, { type Static } from "typebox";
import { Cidr } from "./address.js";
import { closed, Count, DurationText, PositiveCount, PositiveDurationText, Probability, Text } from "./value.js";

const Rate = Type.Number({ minimum: 0, errorMessage: "must be a number, 0 or more" });
const Flag = Type.Optional(Type.Boolean({ errorMessage: "must be true or false" }));
const TimeFlag = Type.Optional(DurationText);
const PeriodFlag = Type.Optional(PositiveDurationText);
const CountFlag = Type.Optional(Count);
const RateFlag = Type.Optional(Rate);

/** Settings of kube-controller-manager by flag. Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ */
export const ControllerManagerFlags = closed({
  controllers: Type.Optional(Type.Array(Text)),
  "kube-api-qps": RateFlag,
  "kube-api-burst": CountFlag,
  "concurrent-deployment-syncs": CountFlag,
  "concurrent-replicaset-syncs": CountFlag,
  "concurrent-daemonset-syncs": CountFlag,
  "concurrent-statefulset-syncs": CountFlag,
  "concurrent-job-syncs": CountFlag,
  "concurrent-cron-job-syncs": CountFlag,
  "concurrent-service-endpoint-syncs": CountFlag,
  "concurrent-gc-syncs": CountFlag,
  "concurrent-namespace-syncs": CountFlag,
  "concurrent-resource-quota-syncs": CountFlag,
  "concurrent-horizontal-pod-autoscaler-syncs": CountFlag,
  "max-endpoints-per-slice": CountFlag,
  "node-monitor-period": PeriodFlag,
  "node-monitor-grace-period": TimeFlag,
  "node-startup-grace-period": TimeFlag,
  "node-eviction-rate": RateFlag,
  "secondary-node-eviction-rate": RateFlag,
  "unhealthy-zone-threshold": Type.Optional(Type.Unsafe<number>(Probability)),
  "large-cluster-size-threshold": CountFlag,
  "terminated-pod-gc-threshold": CountFlag,
  "horizontal-pod-autoscaler-sync-period": PeriodFlag,
  "horizontal-pod-autoscaler-tolerance": RateFlag,
  "horizontal-pod-autoscaler-downscale-stabilization": TimeFlag,
  "horizontal-pod-autoscaler-cpu-initialization-period": TimeFlag,
  "horizontal-pod-autoscaler-initial-readiness-delay": TimeFlag,
  "resource-quota-sync-period": PeriodFlag,
  "allocate-node-cidrs": Flag,
  "cluster-cidr": Type.Optional(Type.Array(Cidr)),
  "node-cidr-mask-size-ipv4": CountFlag,
  "node-cidr-mask-size-ipv6": CountFlag,
});

/** Settings of kube-apiserver by flag. Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
export const ApiServerFlags = closed({
  "default-not-ready-toleration-seconds": Type.Optional(Count),
  "default-unreachable-toleration-seconds": Type.Optional(Count),
  "max-requests-inflight": Type.Optional(PositiveCount),
  "max-mutating-requests-inflight": Type.Optional(PositiveCount),
  "service-node-port-range": Type.Optional(
    Type.String({ pattern: "^[0-9]+-[0-9]+$", errorMessage: 'must be a range of ports such as "30000-32767"' }),
  ),
});

const Signals = Type.Optional(
  Type.Record(Type.String(), Type.String(), {
    errorMessage: 'must be a map of signals to thresholds, such as {memory.available: "100Mi"}',
  }),
);

/** Settings of the kubelets, as src/node/settings.ts names them. Source: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export const KubeletFields = closed({
  leaseRenewPeriod: Type.Optional(
    Type.Unsafe<string>({
      ...PositiveDurationText,
      description: "Between two heartbeats (renewals of the node's Lease): 5s by profile mission, 10s by kubernetes-1.36.",
    }),
  ),
  nodeStatusUpdateFrequency: PeriodFlag,
  maxPods: CountFlag,
  podsPerCore: CountFlag,
  serializeImagePulls: Flag,
  maxParallelImagePulls: CountFlag,
  registryPullQPS: RateFlag,
  registryBurst: CountFlag,
  evictionHard: Signals,
  evictionSoft: Signals,
  evictionSoftGracePeriod: Signals,
  evictionMinimumReclaim: Signals,
  evictionMaxPodGracePeriod: CountFlag,
  evictionPressureTransitionPeriod: TimeFlag,
  evictionMonitoringPeriod: PeriodFlag,
  imageGCHighThresholdPercent: CountFlag,
  imageGCLowThresholdPercent: CountFlag,
  imageMinimumGCAge: TimeFlag,
  imageMaximumGCAge: TimeFlag,
  cpuCFSQuota: Flag,
  podPidsLimit: Type.Optional(Type.Integer({ errorMessage: "must be a whole number, -1 for no limit" })),
  maxContainerRestartPeriod: TimeFlag,
  kubeAPIQPS: RateFlag,
  kubeAPIBurst: CountFlag,
  plegRelistPeriod: PeriodFlag,
  startupDuration: Type.Optional(
    Type.Unsafe<string | 0>({ ...DurationText, description: "From the start of the kubelet's process until it looks after pods." }),
  ),
  bootDuration: Type.Optional(
    Type.Unsafe<string | 0>({ ...DurationText, description: "From power-on until the kubelet's process starts." }),
  ),
});
export type KubeletFields = Static<typeof KubeletFields>;

/** Settings of etcd by flag. Source: https://etcd.io/docs/v3.6/op-guide/configuration/ */
export const EtcdFlags = closed({
  "quota-backend-bytes": Type.Optional(
    Type.Integer({
      minimum: 1,
      errorMessage: "must be a whole number of bytes, 1 or more",
      description: "Bytes that the database may have before etcd refuses to write: 2147483648 by default. A pod takes about 3,000.",
    }),
  ),
});

/** Settings of the cluster autoscaler by flag. Source: cluster-autoscaler/FAQ.md */
export const ClusterAutoscalerFlags = closed(
  {
    "scan-interval": TimeFlag,
    expander: Type.Optional(Text),
    "max-nodes-total": CountFlag,
    "max-nodes-per-scaleup": CountFlag,
    "new-pod-scale-up-delay": TimeFlag,
    "max-node-provision-time": TimeFlag,
    "max-node-startup-time": TimeFlag,
    "initial-node-group-backoff-duration": TimeFlag,
    "max-node-group-backoff-duration": TimeFlag,
    "node-group-backoff-reset-timeout": TimeFlag,
    "ok-total-unready-count": CountFlag,
    "max-total-unready-percentage": RateFlag,
    "balance-similar-node-groups": Flag,
    "balancing-ignore-label": Type.Optional(Type.Array(Text)),
    "enforce-node-group-min-size": Flag,
    "expendable-pods-priority-cutoff": Type.Optional(Type.Integer({ errorMessage: "must be a whole number" })),
    "scale-down-enabled": Flag,
    "scale-down-unready-enabled": Flag,
    "scale-down-delay-after-add": TimeFlag,
    "scale-down-delay-after-delete": TimeFlag,
    "scale-down-delay-after-failure": TimeFlag,
    "scale-down-unneeded-time": TimeFlag,
    "scale-down-unready-time": TimeFlag,
    "scale-down-utilization-threshold": Type.Optional(Type.Unsafe<number>(Probability)),
    "scale-down-gpu-utilization-threshold": Type.Optional(Type.Unsafe<number>(Probability)),
    "unremovable-node-recheck-timeout": TimeFlag,
    "ignore-daemonsets-utilization": Flag,
    "ignore-mirror-pods-utilization": Flag,
    "max-empty-bulk-delete": CountFlag,
    "max-scale-down-parallelism": CountFlag,
    "max-drain-parallelism": CountFlag,
    "max-graceful-termination-sec": CountFlag,
    "max-pod-eviction-time": TimeFlag,
    "node-delete-delay-after-taint": TimeFlag,
    "cordon-node-before-terminating": Flag,
    "max-bulk-soft-taint-count": CountFlag,
    "skip-nodes-with-system-pods": Flag,
    "skip-nodes-with-local-storage": Flag,
    "min-replica-count": CountFlag,
    "daemonset-eviction-for-empty-nodes": Flag,
    "daemonset-eviction-for-occupied-nodes": Flag,
    "write-status-configmap": Flag,
    "kube-client-qps": RateFlag,
    "kube-client-burst": CountFlag,
  },
  { description: "Runs a cluster autoscaler with these flags; {} for its defaults. It scales groups with minSize or maxSize." },
);
