/**
 * Taints nodes that are to go, drains them by the eviction API, and has the cloud delete their machines.
 *
 * Source: cluster-autoscaler/core/scaledown/actuation (actuator.go, drain.go, delete_in_batch.go)
 */
import { objectKey } from "../../api/kinds.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { Timestamp } from "../../api/types/meta.js";
import { SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import { type ApiClient, type Result, targetOf } from "../apiserver/client.js";
import { ApiCalls } from "../controllers/api-calls.js";
import { referenceTo } from "../controllers/pod-control.js";
import { ApiError, inParallel, perform, sleep, suspend, type Task, unless } from "../controllers/task.js";
import type { CloudProvider, NodeGroup } from "./cloud-provider.js";
import { TO_BE_DELETED, withoutTaint, withTaint } from "./deletion-taints.js";
import type { BlockingPod, Drain } from "./drainability.js";
import { isDaemonPod, isMirrorPod } from "./node-template.js";
import type { ClusterAutoscalerOptions } from "./options.js";
import type { RemovableNode } from "./unneeded-nodes.js";

/** Wait before an eviction that was refused is tried again, and between two looks whether evicted pods have gone. Source: drain.go */
const EVICTION_RETRY_TIME = 10 * SECOND;
const POLL_PERIOD = 5 * SECOND;
/** Time beyond the longest grace that pods get to disappear. Source: DefaultPodEvictionHeadroom in drain.go */
const EVICTION_HEADROOM = 30 * SECOND;
/** Source: DefaultTerminationGracePeriodSeconds in k8s.io/api/core/v1/types.go */
const DEFAULT_GRACE_SECONDS = 30;
/** Whether a DaemonSet's pods are evicted, whatever the flags say. */
const DAEMON_EVICTION = "cluster-autoscaler.kubernetes.io/enable-ds-eviction";

export interface NodeDeletionSurroundings {
  readonly simulation: Simulation;
  readonly epoch: Timestamp;
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly options: ClusterAutoscalerOptions;
  /** Records an event about the autoscaler as a whole. */
  readonly log: (type: "Normal" | "Warning", reason: string, message: string) => void;
  readonly podsOn: (node: string) => readonly Pod[];
  /** Pods that would have to be moved off a node, or the one that keeps it. */
  readonly podsToMove: (node: Node) => Drain | BlockingPod;
  readonly describeUtilization: (node: Node) => string;
  /** A node's deletion ended. */
  readonly ended: (node: string, succeeded: boolean) => void;
}

interface Deletion {
  readonly group: NodeGroup;
  readonly drain: boolean;
}

/** What went wrong, for an event. */
class DeletionFailure extends Error {
  override readonly name = "DeletionFailure";
}

export class NodeDeletion {
  private readonly calls: ApiCalls;
  private readonly underWay = new Map<string, Deletion>();

  constructor(private readonly around: NodeDeletionSurroundings) {
    this.calls = new ApiCalls(around.client);
  }

  /** Nodes on their way out. */
  get nodes(): ReadonlyMap<string, unknown> {
    return this.underWay;
  }

  /** Those of them that are being drained. */
  get drained(): string[] {
    return [...this.underWay].filter(([, { drain }]) => drain).map(([node]) => node);
  }

  /** Deletions that the group's target size does not show yet. */
  countOf(group: string): number {
    return [...this.underWay.values()].filter((deletion) => deletion.group.id === group).length;
  }

  /** Begins with as many nodes as may go at once, empty ones first; returns whether there were any. */
  start(empty: readonly RemovableNode[], drain: readonly RemovableNode[]): boolean {
    const { maxScaleDownParallelism, maxDrainParallelism } = this.around.options;
    const room = Math.max(0, maxScaleDownParallelism - this.underWay.size);
    const emptyNow = empty.slice(0, room);
    const drainNow = drain.slice(0, Math.max(0, Math.min(room - emptyNow.length, maxDrainParallelism - this.drained.length)));
    if (emptyNow.length > 0) this.begin(emptyNow, false);
    if (drainNow.length > 0) this.begin(drainNow, true);
    return emptyNow.length + drainNow.length > 0;
  }

  private begin(nodes: readonly RemovableNode[], drain: boolean): void {
    for (const { node } of nodes) this.underWay.set(node.metadata.name, { group: this.around.cloud.groupOf(node.metadata.name)!, drain });
    perform(this.deleteAll(nodes, drain), () => undefined);
  }

  private *deleteAll(nodes: readonly RemovableNode[], drain: boolean): Task<void> {
    const { simulation, options, log, describeUtilization } = this.around;
    if (!(yield* this.taintAll(nodes.map(({ node }) => node)))) return;
    for (const { node, pods } of nodes) {
      const { name } = node.metadata;
      if (drain) {
        const names = pods.map(objectKey).join(",");
        log(
          "Normal",
          "ScaleDown",
          `Scale-down: removing node ${name}, utilization: ${describeUtilization(node)}, pods to reschedule: ${names}`,
        );
      } else log("Normal", "ScaleDownEmpty", `Scale-down: removing empty node "${name}"`);
    }
    yield* sleep(simulation, options.nodeDeleteDelayAfterTaint);
    yield* inParallel(nodes, nodes.length, ({ node }) => this.deleteOne(node, drain));
  }

  /** All or none: a failure takes back the taints that were set before. */
  private *taintAll(nodes: readonly Node[]): Task<boolean> {
    const { cordonNodeBeforeTerminating: cordon } = this.around.options;
    const now = this.around.epoch + this.around.simulation.now;
    for (const [index, node] of nodes.entries()) {
      try {
        yield* this.calls.patch(targetOf<"Node">(node), (current) => withTaint(current, TO_BE_DELETED, now, cordon));
        this.tell(node, "Normal", "ScaleDown", "marked the node as toBeDeleted/unschedulable");
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        this.tell(node, "Warning", "ScaleDownFailed", `failed to mark the node as toBeDeleted/unschedulable: ${error.message}`);
        for (const tainted of nodes.slice(0, index)) yield* this.untaint(tainted);
        for (const { metadata } of nodes) this.end(metadata.name, false);
        return false;
      }
    }
    return true;
  }

  private *deleteOne(node: Node, drain: boolean): Task<void> {
    const { name } = node.metadata;
    try {
      const drainable = this.around.podsToMove(node);
      if ("reason" in drainable) throw new DeletionFailure(`${objectKey(drainable.pod)}: ${drainable.reason}`);
      if (!drain && drainable.pods.length > 0) throw new DeletionFailure(`failed to delete empty node "${name}", new pods scheduled`);
      yield* drain ? this.drain(name) : this.evictDaemonPods(name, this.around.options.daemonsetEvictionForEmptyNodes);
    } catch (error) {
      if (!(error instanceof DeletionFailure) && !(error instanceof ApiError)) throw error;
      this.tell(node, "Warning", "ScaleDownFailed", `failed to ${drain ? "drain and delete node" : "delete empty node"}: ${error.message}`);
      yield* this.untaint(node);
      this.end(name, false);
      return;
    }
    this.underWay.get(name)?.group.deleteNodes([name]);
    this.tell(node, "Normal", "ScaleDown", "nodes removed by cluster autoscaler");
    if (drain) this.around.log("Normal", "ScaleDown", `Scale-down: node ${name} removed with drain`);
    else this.around.log("Normal", "ScaleDownEmpty", `Scale-down: empty node ${name} removed`);
    this.end(name, true);
  }

  /** @throws DeletionFailure */
  private *drain(name: string): Task<void> {
    const { options, simulation } = this.around;
    const pods = this.around.podsOn(name).filter((pod) => !isMirrorPod(pod) && !isDaemonPod(pod));
    const retryUntil = simulation.now + options.maxPodEvictionTime;
    yield* this.evictDaemonPods(name, options.daemonsetEvictionForOccupiedNodes);
    const outcomes = yield* inParallel(pods, pods.length, (pod) => this.evict(pod, retryUntil));
    const errors = outcomes.flatMap((outcome) => (outcome.ok && outcome.value !== undefined ? [outcome.value] : []));
    if (errors.length > 0) throw new DeletionFailure(`Failed to drain node /${name}, due to following errors: [${errors.join(" ")}]`);
    const end = simulation.now + options.maxGracefulTerminationSec * SECOND + EVICTION_HEADROOM;
    while (!(yield* this.areGone(pods, name))) {
      if (simulation.now >= end) throw new DeletionFailure(`Failed to drain node /${name}: pods remaining after timeout`);
      yield* sleep(simulation, POLL_PERIOD);
    }
  }

  /** Daemon pods are evicted without waiting for them. */
  private *evictDaemonPods(name: string, byDefault: boolean): Task<void> {
    for (const pod of this.around.podsOn(name).filter(isDaemonPod)) {
      const annotation = pod.metadata.annotations?.[DAEMON_EVICTION];
      if (annotation === "true" || (annotation !== "false" && byDefault)) this.around.client.evict(targetOf<"Pod">(pod), this.grace(pod));
    }
    yield* sleep(this.around.simulation, 0);
  }

  /** Why the pod could not be evicted in time; undefined where it was. */
  private *evict(pod: Pod, retryUntil: SimTime): Task<string | undefined> {
    const { simulation, client } = this.around;
    this.tell(pod, "Normal", "ScaleDown", "deleting pod for node scale down");
    for (;;) {
      const result = yield* suspend<Result<Pod>>((done) => client.evict(targetOf<"Pod">(pod), this.grace(pod), done));
      if (result.ok || result.status.reason === "NotFound") return undefined;
      yield* sleep(simulation, EVICTION_RETRY_TIME);
      if (simulation.now < retryUntil) continue;
      this.tell(pod, "Warning", "ScaleDownFailed", "failed to delete pod for ScaleDown");
      const { namespace = "", name } = pod.metadata;
      return `failed to evict pod ${namespace}/${name} within allowed timeout (last error: ${result.status.message})`;
    }
  }

  private grace({ spec }: Pod): { readonly gracePeriodSeconds: number } {
    return {
      gracePeriodSeconds: Math.min(
        spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
        this.around.options.maxGracefulTerminationSec,
      ),
    };
  }

  private *areGone(pods: readonly Pod[], node: string): Task<boolean> {
    for (const pod of pods) {
      const { namespace, name } = pod.metadata;
      const found = yield* unless(
        ["NotFound"],
        this.calls.get<"Pod">({ kind: "Pod", name, ...(namespace !== undefined && { namespace }) }),
      );
      if (found?.spec.nodeName === node) return false;
    }
    return true;
  }

  private *untaint(node: Node): Task<void> {
    const { cordonNodeBeforeTerminating: uncordon } = this.around.options;
    try {
      yield* this.calls.patch(targetOf<"Node">(node), (current) => withoutTaint(current, TO_BE_DELETED, uncordon));
    } catch (error) {
      // The taint tells its age: an old one is not heeded.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private end(name: string, succeeded: boolean): void {
    this.underWay.delete(name);
    this.around.ended(name, succeeded);
  }

  private tell(object: Node | Pod, type: "Normal" | "Warning", reason: string, message: string): void {
    this.around.client.recordEvent(referenceTo(object), type, reason, message);
  }
}
