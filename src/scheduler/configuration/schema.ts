/**
 * Fields of KubeSchedulerConfiguration and of the plugins' arguments.
 *
 * Source: https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/
 */
import { defineTypes, structOf, type StructType } from "../../api/schema/descriptor.js";
import "../../api/schema/index.js";

export const API_VERSION = "kubescheduler.config.k8s.io/v1";
export const KIND = "KubeSchedulerConfiguration";

defineTypes(
  "v1",
  `
ScoringStrategyType PodTopologySpreadConstraintsDefaulting = string
LeaderElectionConfiguration
  leaderElect *bool
  leaseDuration Duration
  renewDeadline Duration
  retryPeriod Duration
  resourceLock string
  resourceName string
  resourceNamespace string
ClientConnectionConfiguration
  kubeconfig string
  acceptContentTypes string
  contentType string
  qps float64
  burst int32
SchedulerPlugin
  name string
  weight *int32
PluginSet
  enabled []SchedulerPlugin
  disabled []SchedulerPlugin
Plugins
  preEnqueue PluginSet
  queueSort PluginSet
  preFilter PluginSet
  filter PluginSet
  postFilter PluginSet
  preScore PluginSet
  score PluginSet
  reserve PluginSet
  permit PluginSet
  preBind PluginSet
  bind PluginSet
  postBind PluginSet
  multiPoint PluginSet
PluginConfig
  name string
  args any
KubeSchedulerProfile
  schedulerName *string
  percentageOfNodesToScore *int32
  plugins *Plugins
  pluginConfig []PluginConfig
ExtenderTLSConfig
  insecure bool
  serverName string
  certFile string
  keyFile string
  caFile string
  certData bytes
  keyData bytes
  caData bytes
ExtenderManagedResource
  name string
  ignoredByScheduler bool
Extender
  urlPrefix string
  filterVerb string
  preemptVerb string
  prioritizeVerb string
  weight int64
  bindVerb string
  enableHTTPS bool
  tlsConfig *ExtenderTLSConfig
  httpTimeout Duration
  nodeCacheCapable bool
  managedResources []ExtenderManagedResource
  ignorable bool
KubeSchedulerConfiguration
  kind string
  apiVersion string
  parallelism *int32
  leaderElection LeaderElectionConfiguration
  clientConnection ClientConnectionConfiguration
  enableProfiling *bool
  enableContentionProfiling *bool
  percentageOfNodesToScore *int32
  podInitialBackoffSeconds *int64
  podMaxBackoffSeconds *int64
  profiles []KubeSchedulerProfile
  extenders []Extender
  delayCacheUntilActive bool
SchedulerResourceSpec
  name string
  weight int64
UtilizationShapePoint
  utilization int32!
  score int32!
RequestedToCapacityRatioParam
  shape []UtilizationShapePoint
ScoringStrategy
  type ScoringStrategyType
  resources []SchedulerResourceSpec
  requestedToCapacityRatio *RequestedToCapacityRatioParam
DefaultPreemptionArgs
  kind string
  apiVersion string
  minCandidateNodesPercentage *int32
  minCandidateNodesAbsolute *int32
DynamicResourcesArgs
  kind string
  apiVersion string
  filterTimeout *Duration
  bindingTimeout *Duration
InterPodAffinityArgs
  kind string
  apiVersion string
  hardPodAffinityWeight *int32
  ignorePreferredTermsOfExistingPods bool
NodeAffinityArgs
  kind string
  apiVersion string
  addedAffinity *NodeAffinity
NodeResourcesBalancedAllocationArgs
  kind string
  apiVersion string
  resources []SchedulerResourceSpec
NodeResourcesFitArgs
  kind string
  apiVersion string
  ignoredResources []string
  ignoredResourceGroups []string
  scoringStrategy *ScoringStrategy
PodTopologySpreadArgs
  kind string
  apiVersion string
  defaultConstraints []TopologySpreadConstraint
  defaultingType PodTopologySpreadConstraintsDefaulting
VolumeBindingArgs
  kind string
  apiVersion string
  bindTimeoutSeconds *int64
  shape []UtilizationShapePoint
`,
);

/** Plugins whose arguments have a type of their own. */
const WITH_ARGS: ReadonlySet<string> = new Set([
  "DefaultPreemption",
  "DynamicResources",
  "InterPodAffinity",
  "NodeAffinity",
  "NodeResourcesBalancedAllocation",
  "NodeResourcesFit",
  "PodTopologySpread",
  "VolumeBinding",
]);

export function configurationSchema(): StructType {
  return structOf(KIND);
}

/** The type of a plugin's arguments, undefined for plugins that are not in-tree or have none. */
export function argsSchema(plugin: string): StructType | undefined {
  return WITH_ARGS.has(plugin) ? structOf(`${plugin}Args`) : undefined;
}
