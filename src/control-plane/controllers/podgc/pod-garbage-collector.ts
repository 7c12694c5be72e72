/**
 * The pod garbage collector: removes pods of nodes that are gone or out of service, pods that were deleted before they were
 * bound, and the oldest ended pods above a number.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection and kubernetes
 * pkg/controller/podgc/gc_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { Node, Pod } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal, withPodCondition } from "../pod-conditions.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { OUT_OF_SERVICE } from "../taints.js";
import { inParallel, perform, unless, type Task } from "../task.js";

const ACCOUNT = "pod-garbage-collector";
/** Source: gcCheckPeriod in gc_controller.go. */
const CHECK_PERIOD: SimTime = 20 * SECOND;
/** A node has to be missing for this long before its pods go. Source: quarantineTime in gc_controller.go. */
const QUARANTINE: SimTime = 40 * SECOND;
/** Pods deleted at a time. Source: gc_controller.go deletes with a goroutine for each, on one client. */
const PARALLEL = 16;

class PodGarbageCollector {
  private readonly calls: ApiCalls;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly start: SimTime;
  private readonly terminal = new Set<string>();
  private readonly deletedUnbound = new Set<string>();
  /** Names of nodes that have pods and no Node, and when the quarantine of each ends. */
  private readonly missing = new Map<string, SimTime>();
  /** Nodes out of service. */
  private readonly outOfService = new Set<string>();
  private planned = false;

  constructor(private readonly context: ControllerContext) {
    this.start = context.simulation.now;
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.pods = context.informer("Pod");
    this.nodes = context.informer("Node");
    this.pods.addIndex(BY_NODE, nodeNames);
    this.pods.addHandlers({
      added: (pod) => this.podChanged(undefined, pod),
      updated: (previous, current) => this.podChanged(previous, current),
      deleted: (pod) => this.podDeleted(pod),
    });
    this.nodes.addHandlers({
      added: (node) => this.nodeChanged(node),
      updated: (_, node) => this.nodeChanged(node),
      deleted: (node) => this.nodeDeleted(node.metadata.name),
    });
    context.whenSynced(() => this.plan());
  }

  private podChanged(previous: Pod | undefined, pod: Pod): void {
    const key = objectKey(pod);
    const { nodeName } = pod.spec;
    if (previous?.status?.phase !== pod.status?.phase) {
      if (isPodTerminal(pod)) this.terminal.add(key);
      else this.terminal.delete(key);
      if (this.surplus > 0) this.plan();
    }
    const bound = nodeName !== undefined && nodeName !== "";
    if (bound) {
      if (this.deletedUnbound.size > 0) this.deletedUnbound.delete(key);
      if (previous?.spec.nodeName !== nodeName && this.nodes.get(nodeName) === undefined) this.plan();
      if (this.outOfService.size > 0 && this.outOfService.has(nodeName)) this.plan();
    } else if (pod.metadata.deletionTimestamp !== undefined) {
      this.deletedUnbound.add(key);
      this.plan();
    }
  }

  private podDeleted(pod: Pod): void {
    const key = objectKey(pod);
    this.terminal.delete(key);
    this.deletedUnbound.delete(key);
  }

  private nodeChanged(node: Node): void {
    const { name } = node.metadata;
    this.missing.delete(name);
    if (node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true) {
      this.outOfService.add(name);
      this.plan();
    } else if (this.outOfService.size > 0) this.outOfService.delete(name);
  }

  private nodeDeleted(name: string): void {
    this.outOfService.delete(name);
    this.plan();
  }

  /** Plans the next check, on the grid of the check period; there is none while there is nothing to collect. */
  private plan(): void {
    if (this.planned || !this.context.active) return;
    this.planned = true;
    const { now } = this.context.simulation;
    const next = this.start + (Math.floor((now - this.start) / CHECK_PERIOD) + 1) * CHECK_PERIOD;
    this.context.after(next - now, () => {
      perform(this.collect(), () => {
        this.planned = false;
        if (this.mayFindMore()) this.plan();
      });
    });
  }

  private mayFindMore(): boolean {
    return this.missing.size > 0 || this.deletedUnbound.size > 0 || this.outOfService.size > 0 || this.surplus > 0;
  }

  private *collect(): Task<void> {
    yield* this.collectTerminated();
    for (const name of [...this.outOfService]) yield* this.collectOutOfService(name);
    yield* this.collectOrphaned();
    const unbound = [...this.deletedUnbound].map((key) => this.pods.get(key)).filter((pod) => pod !== undefined);
    yield* this.deleteAll(unbound, undefined);
  }

  /** How many ended pods are too many; a threshold of 0 means that none are. */
  private get surplus(): number {
    const { terminatedPodGcThreshold: threshold } = this.context.options;
    return threshold > 0 ? this.terminal.size - threshold : 0;
  }

  /** Deletes ended pods above the threshold: evicted ones first, then the oldest. */
  private *collectTerminated(): Task<void> {
    const { surplus } = this;
    if (surplus <= 0) return;
    const pods = [...this.terminal].map((key) => this.pods.get(key)).filter((pod) => pod !== undefined);
    yield* this.deleteAll(pods.sort(byEvictionAndCreation).slice(0, surplus), undefined);
  }

  /** Deletes terminating pods of a node that is out of service and not ready. */
  private *collectOutOfService(name: string): Task<void> {
    const ready = this.nodes.get(name)?.status?.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status === "True") return;
    const pods = [...this.pods.byIndex(BY_NODE, name)].filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    yield* this.deleteAll(pods, undefined);
  }

  /** Deletes pods of nodes that have been missing for the whole quarantine, and still are. */
  private *collectOrphaned(): Task<void> {
    const { now } = this.context.simulation;
    const due = [...this.missing].filter(([, until]) => until <= now).map(([name]) => name);
    for (const pod of this.pods.list()) {
      const { nodeName } = pod.spec;
      if (nodeName === undefined || nodeName === "" || this.nodes.get(nodeName) !== undefined || this.missing.has(nodeName)) continue;
      this.missing.set(nodeName, now + QUARANTINE);
    }
    for (const name of due) {
      this.missing.delete(name);
      if (!(yield* this.isGone(name))) continue;
      yield* this.deleteAll([...this.pods.byIndex(BY_NODE, name)], "PodGC: node no longer exists");
    }
  }

  private *isGone(name: string): Task<boolean> {
    return (yield* unless(["NotFound"], this.calls.get<"Node">({ kind: "Node", name }))) === undefined;
  }

  /** Deletes pods at once, whatever their grace; ones that have not ended are marked as failed before. */
  private *deleteAll(pods: readonly Pod[], disruption: string | undefined): Task<void> {
    yield* inParallel(pods, PARALLEL, (pod) => this.deletePod(pod, disruption));
  }

  private *deletePod(pod: Pod, disruption: string | undefined): Task<void> {
    const target = targetOf<"Pod">(pod);
    if (!isPodTerminal(pod)) {
      const lastTransitionTime = this.context.nowInSeconds();
      yield* this.calls.patchStatus<"Pod">(target, (current) => {
        const failed: Pod = { ...current, status: { ...current.status, phase: "Failed" } };
        return disruption === undefined
          ? failed
          : withPodCondition(failed, {
              type: "DisruptionTarget",
              status: "True",
              reason: "DeletionByPodGC",
              message: disruption,
              lastTransitionTime,
            });
      });
    }
    yield* this.calls.delete<"Pod">(target, { gracePeriodSeconds: 0 });
  }
}

function byEvictionAndCreation(a: Pod, b: Pod): number {
  return (
    Number(isEvicted(b)) - Number(isEvicted(a)) ||
    (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

/** Evicted by its kubelet. Source: PodIsEvicted in kubernetes pkg/kubelet/eviction/helpers.go. */
function isEvicted({ status }: Pod): boolean {
  return status?.phase === "Failed" && status.reason === "Evicted";
}

export function startPodGarbageCollector(context: ControllerContext): void {
  new PodGarbageCollector(context);
}
