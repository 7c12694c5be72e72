/**
 * The taint eviction controller: deletes pods from nodes whose NoExecute taints they do not tolerate, or not any longer.
 *
 * Source: kubernetes pkg/controller/tainteviction/taint_eviction.go and timed_workers.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { Node, Pod, Taint } from "../../../api/types/index.js";
import { MILLISECOND, SECOND, type EventId, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { podCondition, withPodCondition } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { sameValue } from "../same-value.js";
import { ApiError, perform, sleep, type Task } from "../task.js";
import { toleratesAll, tolerationSeconds } from "./toleration-time.js";

const ACCOUNT = "taint-eviction-controller";
/** Attempts to delete a pod, and the pause between them. Source: retries in deletePodHandler of taint_eviction.go. */
const ATTEMPTS = 5;
const ATTEMPT_PAUSE: SimTime = 10 * MILLISECOND;

const DISRUPTION_TARGET = {
  type: "DisruptionTarget",
  status: "True",
  reason: "DeletionByTaintManager",
  message: "Taint manager: deleting due to NoExecute taint",
} as const;

/** A pod's eviction, from when it is planned until it has been carried out. */
interface Eviction {
  /** Undefined where the pod had to go at once. */
  readonly timer: EventId | undefined;
}

class TaintEvictionController {
  private readonly calls: ApiCalls;
  private readonly pods: Informer<Pod>;
  /** NoExecute taints of the nodes that have some. */
  private readonly taints = new Map<string, readonly Taint[]>();
  private readonly evictions = new Map<string, Eviction>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.pods = context.informer("Pod");
    this.pods.addIndex(BY_NODE, nodeNames);
    context.informer("Node").addHandlers({
      added: (node) => this.nodeChanged(undefined, node),
      updated: (previous, current) => this.nodeChanged(previous, current),
      deleted: (node) => this.taints.delete(node.metadata.name),
    });
    this.pods.addHandlers({
      added: (pod) => this.podChanged(undefined, pod),
      updated: (previous, current) => this.podChanged(previous, current),
      deleted: (pod) => this.cancel(pod),
    });
  }

  private nodeChanged(previous: Node | undefined, current: Node): void {
    if (!this.context.active || previous?.spec.taints === current.spec.taints) return;
    const { name } = current.metadata;
    const taints = evictingTaints(current);
    // Changes of other taints move nothing (NodeUpdated).
    if (previous !== undefined && sameValue(evictingTaints(previous), taints)) return;
    if (taints.length === 0) {
      this.taints.delete(name);
      for (const pod of [...this.pods.byIndex(BY_NODE, name)]) this.cancel(pod);
      return;
    }
    this.taints.set(name, taints);
    for (const pod of [...this.pods.byIndex(BY_NODE, name)]) this.judge(pod, taints);
  }

  private podChanged(previous: Pod | undefined, current: Pod): void {
    if (this.taints.size === 0 || !this.context.active) return;
    const { nodeName, tolerations } = current.spec;
    if (nodeName === undefined || (previous?.spec.nodeName === nodeName && previous.spec.tolerations === tolerations)) return;
    const taints = this.taints.get(nodeName);
    if (taints !== undefined) this.judge(current, taints);
  }

  private judge(pod: Pod, taints: readonly Taint[]): void {
    const { tolerations } = pod.spec;
    if (!toleratesAll(tolerations, taints)) {
      this.cancel(pod);
      this.plan(pod, 0);
      return;
    }
    const seconds = tolerationSeconds(tolerations, taints);
    if (seconds === Number.POSITIVE_INFINITY) this.cancel(pod);
    // A taint that comes later, or anew, moves nothing.
    else if (!this.evictions.has(objectKey(pod))) this.plan(pod, seconds * SECOND);
  }

  private plan(pod: Pod, delay: SimTime): void {
    const key = objectKey(pod);
    const evict = (): void => {
      perform(this.evict(pod), () => {
        // What comes after it, a taint that is put on anew, is a reason of its own.
        if (this.evictions.get(key) === eviction) this.evictions.delete(key);
      });
    };
    const eviction: Eviction = { timer: delay > 0 ? this.context.after(delay, evict) : undefined };
    this.evictions.set(key, eviction);
    if (delay <= 0) evict();
  }

  private cancel(pod: Pod): void {
    const key = objectKey(pod);
    const eviction = this.evictions.get(key);
    if (eviction === undefined) return;
    this.evictions.delete(key);
    if (eviction.timer === undefined || !this.context.active) return;
    this.context.simulation.cancel(eviction.timer);
    this.calls.recordEvent(referenceTo(pod), "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`);
  }

  private *evict(pod: Pod): Task<void> {
    this.calls.recordEvent(referenceTo(pod), "Normal", "TaintManagerEviction", `Marking for deletion Pod ${objectKey(pod)}`);
    for (let attempt = 1; ; attempt++) {
      try {
        yield* this.deletePod(pod);
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || attempt === ATTEMPTS) throw error;
      }
      yield* sleep(this.context.simulation, ATTEMPT_PAUSE);
    }
  }

  private *deletePod(pod: Pod): Task<void> {
    const target = targetOf<"Pod">(pod);
    const current = yield* this.calls.get<"Pod">(target);
    if (podCondition(current, DISRUPTION_TARGET.type)?.reason !== DISRUPTION_TARGET.reason) {
      const condition = { ...DISRUPTION_TARGET, lastTransitionTime: this.context.nowInSeconds() };
      yield* this.calls.patchStatus<"Pod">(target, (latest) => withPodCondition(latest, condition));
    }
    yield* this.calls.delete<"Pod">(target);
  }
}

function evictingTaints({ spec: { taints = [] } }: Node): readonly Taint[] {
  return taints.filter(({ effect }) => effect === "NoExecute");
}

export function startTaintEvictionController(context: ControllerContext): void {
  new TaintEvictionController(context);
}
