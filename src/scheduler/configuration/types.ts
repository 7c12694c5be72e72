/**
 * KubeSchedulerConfiguration as users write it, with the defaults filled in.
 *
 * Source of names: https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/
 */
import type { ExtensionPoint } from "../framework/plugin.js";
import type { NodeSelector, PreferredSchedulingTerm, TopologySpreadConstraint } from "../../api/types/index.js";

export interface ResourceSpec {
  readonly name: string;
  readonly weight?: number;
}

export interface UtilizationShapePoint {
  /** Percent, 0 to 100. */
  readonly utilization: number;
  /** 0 to 10. */
  readonly score: number;
}

export interface ScoringStrategy {
  readonly type: "LeastAllocated" | "MostAllocated" | "RequestedToCapacityRatio";
  readonly resources: readonly ResourceSpec[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly UtilizationShapePoint[] };
}

export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy: ScoringStrategy;
}

export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly ResourceSpec[];
}

export interface NodeAffinityArgs {
  readonly addedAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector;
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredSchedulingTerm[];
  };
}

export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

export interface PodTopologySpreadArgs {
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
  readonly defaultingType: "System" | "List";
}

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number;
  readonly shape?: readonly UtilizationShapePoint[];
}

export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export interface PluginReference {
  readonly name: string;
  readonly weight?: number;
}

export interface PluginSet {
  readonly enabled?: readonly PluginReference[];
  readonly disabled?: readonly PluginReference[];
}

export type PluginsConfiguration = Readonly<Partial<Record<ExtensionPoint | "multiPoint", PluginSet>>>;

export interface ProfileConfiguration {
  readonly schedulerName?: string;
  /** Beats the global percentage. */
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: PluginsConfiguration;
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: Readonly<Record<string, unknown>> }[];
}

export interface ExtenderTLSConfig {
  readonly insecure?: boolean;
  readonly serverName?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  /** The same as the files, in base64; they beat the files. */
  readonly certData?: string;
  readonly keyData?: string;
  readonly caData?: string;
}

/** A process that is asked over HTTP. */
export interface ExtenderConfiguration {
  readonly urlPrefix?: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly bindVerb?: string;
  readonly weight?: number;
  readonly enableHTTPS?: boolean;
  readonly tlsConfig?: ExtenderTLSConfig;
  /** A duration of real time such as "5s". */
  readonly httpTimeout?: string;
  readonly nodeCacheCapable?: boolean;
  readonly managedResources?: readonly { readonly name?: string; readonly ignoredByScheduler?: boolean }[];
  readonly ignorable?: boolean;
}

export interface SchedulerConfiguration {
  readonly extenders?: readonly ExtenderConfiguration[];
  /** 0 adapts to the number of nodes. */
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly profiles?: readonly ProfileConfiguration[];
}
