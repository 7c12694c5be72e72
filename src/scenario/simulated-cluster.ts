/**
 * What running a scenario needs of a cluster that is wired and ready to run. src/cluster builds one; tests build a small one.
 *
 * All names of nodes, pods and hosts are those of API objects. Times are simulated time in microseconds.
 */
import type { NodeMetrics, PodMetrics } from "../cluster/metrics/metrics-api.js";
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { Timestamp } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { PolicyRule } from "../api/types/policy.js";
import type { AccessQuestion } from "../control-plane/apiserver/authorizer.js";
import type { ApiClient, ApiStatus, ListOptions, Result, Target } from "../control-plane/apiserver/client.js";
import type { Distribution } from "../engine/distribution.js";
import type { SimTime, Simulation } from "../engine/simulation.js";

export interface SimulatedCluster {
  readonly simulation: Simulation;
  /** The moment of the Unix clock at which simulated time 0 lies. */
  readonly epoch: Timestamp;
  /** The administrator's client: user kubernetes-admin, group system:masters, on a machine outside the cluster. */
  readonly kubectl: KubectlClient;
  /** What is stored, read at once and without a request: for expectations and printed tables, never for a component. */
  readonly view: ClusterView;
  readonly faults: Faults;
  readonly nodeGroups: NodeGroups;
  readonly etcdOperations: EtcdOperations;
  /** How pods behave once they run. Set once, before the first event; asked once for each pod when its containers are first started. */
  setBehaviors(behaviorOf: (pod: Pod) => PodBehavior): void;
  /** Begins to send requests at the current time; they end after the generator's duration, or with the run. */
  startTraffic(generator: TrafficGenerator): void;
  /** Writes objects as if the cluster had always had them: no request, no latency, before the first event. */
  preload(objects: readonly ObjectsByKind[Kind][]): void;
}

/** kubectl's requests, of which exec is the one that passes through the API server to a kubelet. */
export interface KubectlClient extends ApiClient {
  /**
   * Runs a command in a container (the pod's first where none is named). The one command with an effect is `kill [-SIGNAL] PID`.
   * Fails with NotFound for an unknown pod, BadRequest for an unknown container, InternalError (`error dialing backend: ...`) where
   * the kubelet does not answer.
   */
  exec(pod: Target<"Pod">, container: string | undefined, command: readonly string[], done: (result: ExecResult) => void): void;
  /** metrics.k8s.io as metrics-server serves it: pods whose containers it has read twice. Fails with NotFound where there is none. */
  podMetrics(options: ListOptions, done: (result: Result<readonly PodMetrics[]>) => void): void;
  nodeMetrics(options: ListOptions, done: (result: Result<readonly NodeMetrics[]>) => void): void;
  /**
   * Tells of each change of an object from now on as a watch delivers it, with undefined and its last state where it was deleted.
   * What was changed shortly before may be told as well, so that versions have to be compared.
   */
  watch<K extends Kind>(target: Target<K>, changed: (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void): StopWatching;
  /** The same of all objects of a kind. */
  watchAll<K extends Kind>(kind: K, changed: (current: ObjectsByKind[K] | undefined, last: ObjectsByKind[K]) => void): StopWatching;
  /** A client whose requests are another's, or change nothing. */
  as(identity: Impersonation): KubectlClient;
  /** Whether the client may do something, answered as a SelfSubjectAccessReview is. */
  reviewAccess(question: AccessQuestion, done: (result: Result<{ readonly allowed: boolean }>) => void): void;
  /** What the client may do in a namespace, answered as a SelfSubjectRulesReview is. */
  reviewRules(namespace: string, done: (result: Result<readonly PolicyRule[]>) => void): void;
}

/** Whose permissions count, and whether anything is stored. */
export interface Impersonation {
  /** Absent: the administrator's own. */
  readonly user?: string;
  readonly groups?: readonly string[];
  /** Requests pass all checks and change nothing. */
  readonly dryRun?: boolean;
}

/** Ends a watch. */
export type StopWatching = () => void;

/** An exit code other than 0 is the command's own. */
export type ExecResult =
  | { readonly ok: true; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly ok: false; readonly status: ApiStatus };

export interface ClusterView {
  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): ObjectsByKind[K] | undefined;
  /** All objects of the kind, or those of one namespace, in order of creation. */
  list<K extends Kind>(kind: K, namespace?: string): Iterable<ObjectsByKind[K]>;
  /** Requests of a traffic generator since the start of the run. */
  requests(generator: string): RequestCounts;
  /** How often the API server has answered a request or a watch with that HTTP status code. */
  answers(code: number): number;
}

/** How requests ended, counted when they ended. */
export interface RequestCounts {
  readonly sent: number;
  readonly succeeded: number;
  /** No answer in time. */
  readonly timedOut: number;
  /** Connection refused or reset, or no back end. */
  readonly refused: number;
  /** Answered with an error. */
  readonly failed: number;
}

/** Node groups whose machines a cloud makes and takes back. Both throw an Error of one line where there is no such group. */
export interface NodeGroups {
  /** Replaces all nodes of a managed node group by new ones; `done` is called when that has ended. */
  update(
    name: string,
    options: { readonly kubernetesVersion?: string; readonly force?: boolean },
    done: (outcome: NodeGroupUpdateOutcome) => void,
  ): void;
  /** Changes the sizes of a group; `done` is told why they were not taken, and does not wait for the nodes. */
  scale(name: string, sizes: NodeGroupSizes, done: (problem: string | undefined) => void): void;
}

export interface NodeGroupSizes {
  readonly nodes?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Error codes and messages are those of Amazon EKS. */
export type NodeGroupUpdateOutcome =
  | { readonly status: "Successful" }
  /** Nothing has been begun with. */
  | { readonly status: "Refused"; readonly errorCode: string; readonly errorMessage: string }
  | { readonly status: "Failed"; readonly errorCode: string; readonly errorMessage: string; readonly resourceIds: readonly string[] };

/** What an administrator does to etcd. All throw an Error of one line, in etcd's words, where it cannot be done. */
export interface EtcdOperations {
  /** Keeps everything that is stored under the name of a file. */
  saveSnapshot(file: string): void;
  /**
   * Stops all API servers, makes etcd what it was at the snapshot, and starts them after the downtime; `done` is called then.
   *
   * @param options how revisions go on: so much above the snapshot's, with all that lies before taken as compacted, or not
   */
  restoreSnapshot(
    file: string,
    options: { readonly bumpRevision?: number; readonly markCompacted?: boolean },
    downtime: SimTime,
    done: () => void,
  ): void;
  /** Drops history up to a revision, the newest where none is given; returns it. */
  compact(revision?: number): number;
  /** Gives free pages back. Returns the members. */
  defragment(): readonly string[];
  /** Members on which the alarm of a full database stands. */
  alarms(): readonly string[];
  /** Takes the alarm back where there is room. Returns the members on which it stood. */
  disarm(): readonly string[];
  status(): readonly EtcdMemberStatus[];
}

export interface EtcdMemberStatus {
  readonly name: string;
  /** Bytes of the database's file. */
  readonly size: number;
  readonly isLeader: boolean;
  readonly term: number;
  readonly isFull: boolean;
}

/** Disturbances, each named as in the scenario file. All throw an Error of one line where there is no such thing. */
export interface Faults {
  /** The machine loses power: its processes and network are gone at once, without a word to anybody. */
  nodePowerOff(node: string): void;
  /** The machine boots and its kubelet starts. */
  nodePowerOn(node: string): void;
  /** The kubelet process stops; containers run on. */
  kubeletStop(node: string): void;
  kubeletStart(node: string): void;
  /** The hosts still reach each other but no other host, and no other host reaches them. */
  networkPartition(hosts: readonly string[]): void;
  /** Ends every partition that involves one of the hosts; all partitions where none is named. */
  networkHeal(hosts: readonly string[]): void;
  /** The kernel module br_netfilter is unloaded: bridged packets pass by the rules of kube-proxy. */
  brNetfilterUnload(node: string): void;
  brNetfilterLoad(node: string): void;
  /** `etcd-1`, ... */
  etcdMemberLoss(member: string): void;
  etcdMemberReturn(member: string): void;
  /** `kube-apiserver-NODE` of that control-plane node stops. */
  apiServerLoss(node: string): void;
  apiServerReturn(node: string): void;
  /** The container's main process is killed (SIGKILL), by nobody's order. */
  containerKill(pod: Target<"Pod">, container: string | undefined): void;
}

/** How the containers of a pod behave. What is absent is left to the node's own defaults. Times are sampled in microseconds. */
export interface PodBehavior {
  /** From the start of a container until it exits by itself; absent: it runs until it is stopped. */
  readonly runDuration?: Distribution;
  /** Exit code after {@link runDuration}; default 0. */
  readonly exitCode?: number;
  /** From the start of the process until it serves and its probes pass. */
  readonly startup?: Distribution;
  /** From the stop signal until the process has ended; absent: at once. Cut by the grace period. */
  readonly shutdown?: Distribution;
  /** CPU that each container wants, in cores. */
  readonly cpuUsage?: Distribution;
  /** Memory that each container takes, in bytes. */
  readonly memoryUsage?: Distribution;
  /** CPU time that one request takes. */
  readonly serviceTime?: Distribution;
  /** Requests that one container serves at the same time; further ones wait. */
  readonly concurrency?: number;
  /** Part of the service time in which the worker computes, 0 to 1. */
  readonly serviceCpu?: number;
}

/** A source of requests. */
export interface TrafficGenerator {
  readonly name: string;
  /** Where requests come from: a user outside the cluster, a node by name, or a pod (the first Ready one that the selector matches). */
  readonly from:
    | { readonly external: true }
    | { readonly node: string }
    | { readonly podSelector: Readonly<Record<string, string>>; readonly namespace: string };
  /** Where they go. */
  readonly to: {
    readonly service: string;
    readonly namespace: string;
    readonly port?: number | string;
    readonly via: "clusterIP" | "nodePort" | "loadBalancer";
  };
  /** Open load: requests arrive whether or not earlier ones were answered. Closed load: so many users, each waiting for its answer. */
  readonly load:
    | { readonly interarrival: Distribution }
    | { readonly users: number; readonly thinkTime: Distribution }
    | { readonly stages: readonly { readonly duration: number; readonly requestsPerSecond: number }[] };
  /** How long it goes on; absent: until the run ends. */
  readonly duration?: number;
  readonly timeout: number;
  readonly retries: number;
  readonly keepAlive: boolean;
}
