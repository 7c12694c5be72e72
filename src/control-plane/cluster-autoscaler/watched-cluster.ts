/** What the autoscaler watches: nodes and bound pods go into the simulation of placements, pods without a place are remembered. */
import { objectKey, STORAGE_KINDS, type Kind } from "../../api/kinds.js";
import { hasEnded } from "../../api/pod-phase.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { DaemonSet } from "../../api/types/workloads.js";
import type { PodDisruptionBudget } from "../../api/types/policy.js";
import type { Informer, InformerFactory } from "../apiserver/client.js";
import { controllerOf } from "../controllers/owner-references.js";
import type { ControllerLookup } from "./drainability.js";
import { isUnschedulable } from "./pending-pods.js";
import type { SchedulingSimulation } from "./scheduling-simulation.js";

/** Kinds that the scheduler's plugins look up. */
const LOOKED_UP: readonly Kind[] = ["Namespace", "Service", ...STORAGE_KINDS];

/** Controllers that make others in the place of pods that go. */
const CONTROLLER_KINDS = ["ReplicaSet", "ReplicationController", "StatefulSet", "Job", "DaemonSet"] as const;

export class WatchedCluster implements ControllerLookup {
  /** Pods for which the scheduler has found no place. */
  readonly unschedulable = new Map<string, Pod>();
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly daemonSets: Informer<DaemonSet>;
  private readonly nodeInformer: Informer<Node>;

  /**
   * @param lowestPriority pods below it are not reckoned with
   * @param changed something has changed that the autoscaler may have to act on
   */
  constructor(
    private readonly informers: InformerFactory,
    private readonly placements: SchedulingSimulation,
    private readonly lowestPriority: number,
    private readonly changed: () => void,
  ) {
    for (const kind of [...LOOKED_UP, ...CONTROLLER_KINDS]) informers.informer(kind);
    this.nodeInformer = informers.informer("Node");
    this.budgets = informers.informer("PodDisruptionBudget");
    this.daemonSets = informers.informer("DaemonSet");
    this.nodeInformer.addHandlers({
      added: (node) => this.takeNode(undefined, node),
      updated: (previous, node) => this.takeNode(previous, node),
      deleted: ({ metadata }) => {
        placements.removeNode(metadata.name);
        changed();
      },
    });
    informers.informer("Pod").addHandlers({
      added: (pod) => this.takePod(undefined, pod),
      updated: (previous, pod) => this.takePod(previous, pod),
      deleted: (pod) => {
        this.unschedulable.delete(objectKey(pod));
        placements.removePod(pod);
        changed();
      },
    });
    this.budgets.addHandlers({ added: changed, updated: changed, deleted: changed });
  }

  get nodes(): Iterable<Node> {
    return this.nodeInformer.list();
  }

  node(name: string): Node | undefined {
    return this.nodeInformer.get(name);
  }

  /** See {@link ControllerLookup}. */
  replicas(pod: Pod): number | undefined {
    const controller = controllerOf(pod);
    const kind = CONTROLLER_KINDS.find((known) => known === controller?.kind);
    if (controller === undefined || kind === undefined) return undefined;
    const owner = this.informers.informer(kind).get(`${pod.metadata.namespace ?? ""}/${controller.name}`);
    if (owner === undefined) return undefined;
    return owner.kind === "ReplicaSet" || owner.kind === "ReplicationController" ? (owner.spec.replicas ?? 1) : Number.POSITIVE_INFINITY;
  }

  private takeNode(previous: Node | undefined, node: Node): void {
    if (previous !== undefined && !matters(previous, node)) return;
    this.placements.setNode(node);
    this.changed();
  }

  private takePod(previous: Pod | undefined, pod: Pod): void {
    const key = objectKey(pod);
    if (previous !== undefined && !changesPlace(previous, pod)) {
      if (this.unschedulable.has(key)) this.unschedulable.set(key, pod);
      return;
    }
    const isExpendable = (pod.spec.priority ?? 0) < this.lowestPriority;
    if (isUnschedulable(pod) && !isExpendable) this.unschedulable.set(key, pod);
    else this.unschedulable.delete(key);
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && !hasEnded(pod) && !isExpendable) this.placements.setPod(pod, nodeName);
    else this.placements.removePod(pod);
    // A pod that has only just been created is the scheduler's business.
    if (previous !== undefined || nodeName !== undefined) this.changed();
  }
}

/** Heartbeats and images of a node are none of the autoscaler's concern. */
function matters(previous: Node, node: Node): boolean {
  const statusOf = (one: Node, type: string) => one.status?.conditions?.find((condition) => condition.type === type)?.status;
  return (
    previous.spec !== node.spec ||
    previous.metadata.labels !== node.metadata.labels ||
    previous.metadata.annotations !== node.metadata.annotations ||
    previous.status?.allocatable !== node.status?.allocatable ||
    statusOf(previous, "Ready") !== statusOf(node, "Ready") ||
    statusOf(previous, "NetworkUnavailable") !== statusOf(node, "NetworkUnavailable")
  );
}

/** Whether the pod is somewhere else, has ended or is to end, or has to be judged anew. */
function changesPlace(previous: Pod, pod: Pod): boolean {
  return (
    previous.spec !== pod.spec ||
    previous.metadata.labels !== pod.metadata.labels ||
    previous.metadata.annotations !== pod.metadata.annotations ||
    previous.metadata.ownerReferences !== pod.metadata.ownerReferences ||
    previous.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    hasEnded(previous) !== hasEnded(pod) ||
    isUnschedulable(previous) !== isUnschedulable(pod)
  );
}
