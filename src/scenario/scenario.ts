/** A scenario as plain data, all of its texts read: what a run is a pure function of, together with the number of the replication. */
import type { Manifest } from "../api/manifest/load.js";
import type { ApiObject, Labels, Timestamp } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { ClusterDescription } from "../cluster/description.js";
import type { Distribution } from "../engine/distribution.js";
import type { SimTime } from "../engine/simulation.js";
import type { EksctlCommand } from "./eksctl/command.js";
import type { EtcdCommand } from "./etcd/command.js";
import type { KubectlCommand } from "./kubectl/command.js";
import type { Expectation } from "./expectation.js";
import type { PodBehavior, TrafficGenerator } from "./simulated-cluster.js";

export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** File of the Scenario document. */
  readonly file: string;
  readonly seed: number | string;
  readonly duration: SimTime;
  /** Wall-clock time of simulated time 0. */
  readonly epoch: Timestamp;
  readonly cluster: ClusterDescription;
  /** Applied at time 0 in this order. */
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
  /** The first that matches a pod holds. */
  readonly behaviors: readonly BehaviorRule[];
  /** In order of time; steps at one time in the order of the file. */
  readonly timeline: readonly TimelineStep[];
  readonly traffic: readonly ScheduledTraffic[];
  readonly expectations: readonly Expectation[];
  readonly outputs: Outputs;
}

export interface Outputs {
  /** Simulated time between two lines of series.csv. */
  readonly interval: SimTime;
  /** CSV files to write, without ".csv"; absent: all. */
  readonly files?: readonly string[];
  /** What metrics.prom holds: nothing, the state at the end, or a sample at each interval; absent: the state of a cluster that is not very large. */
  readonly metrics?: "none" | "end" | "series";
}

/** Objects that come and go. */
export type Workload = GeneratedWorkload | TraceWorkload;

export interface GeneratedWorkload {
  readonly kind: "generated";
  readonly name: string;
  readonly start: SimTime;
  readonly arrivals:
    { readonly interarrival: Distribution; readonly count?: number; readonly until?: SimTime } | { readonly times: readonly SimTime[] };
  /** `$(index)` in its strings stands for the number of the arrival. */
  readonly template: ApiObject;
  /** From creation until the object is deleted; absent: it stays. */
  readonly lifetime?: Distribution;
  /** From the start of a pod's containers until they exit with code 0; absent: as behaviors say. */
  readonly runDuration?: Distribution;
}

export interface TraceWorkload {
  readonly kind: "trace";
  readonly name: string;
  /** In order of arrival. */
  readonly pods: readonly TracedPod[];
  /** Whether each arrival brings a pod drawn from the trace at random, with replacement, under its own name. */
  readonly resample?: boolean;
}

export interface TracedPod {
  readonly arrival: SimTime;
  readonly pod: Pod;
  /** From the arrival until the pod is deleted; absent: it ends by itself or stays. */
  readonly lifetime?: SimTime;
}

export interface BehaviorRule extends PodBehavior {
  readonly match: {
    readonly labels?: Labels;
    readonly namespace?: string;
    readonly owner?: { readonly kind: string; readonly name: string };
    readonly name?: string;
  };
}

export type TimelineStep = CommandStep | FaultStep;

/** A command that the administrator types. */
export type CommandStep = KubectlStep | EksctlStep | EtcdStep;

export interface KubectlStep extends CommandLine {
  readonly kind: "kubectl";
  readonly command: KubectlCommand;
}

export interface EksctlStep extends CommandLine {
  readonly kind: "eksctl";
  readonly command: EksctlCommand;
}

export interface EtcdStep extends CommandLine {
  readonly kind: "etcd";
  readonly command: EtcdCommand;
  /** How long the API servers are stopped by a command that stops them. */
  readonly downtime: SimTime;
}

/** A command line, and what is expected of it. */
interface CommandLine {
  readonly at: SimTime;
  /** As written, without the command's name. */
  readonly text: string;
  readonly expectError?: string;
  readonly expectOutput?: string;
  readonly file: string;
  readonly line: number;
}

export interface FaultStep {
  readonly kind: "fault";
  readonly at: SimTime;
  readonly fault: Fault;
  readonly file: string;
  readonly line: number;
}

export type NodeFaultName =
  | "nodePowerOff"
  | "nodePowerOn"
  | "kubeletStop"
  | "kubeletStart"
  | "brNetfilterUnload"
  | "brNetfilterLoad"
  | "apiServerLoss"
  | "apiServerReturn";

export type Fault =
  | { readonly name: NodeFaultName; readonly node: string }
  | { readonly name: "networkPartition" | "networkHeal"; readonly hosts: readonly string[] }
  | { readonly name: "etcdMemberLoss" | "etcdMemberReturn"; readonly member: string }
  | { readonly name: "zoneOutage" | "zoneReturn"; readonly zone: string }
  | { readonly name: "containerKill"; readonly namespace: string; readonly pod: string; readonly container?: string };

export interface ScheduledTraffic {
  readonly start: SimTime;
  readonly generator: TrafficGenerator;
}
