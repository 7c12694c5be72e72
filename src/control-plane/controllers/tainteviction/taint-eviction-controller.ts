/**
 * The taint eviction controller: deletes pods from nodes whose NoExecute taints they do not tolerate, or not any longer.
 *
 * Source: kubernetes pkg/controller/tainteviction/taint_eviction.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { Node, Pod, Taint } from "../../../api/types/index.js";
import { MILLISECOND, SECOND, type EventId, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal, withPodCondition } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { sameValue } from "../same-value.js";
import { ApiError, perform, sleep, type Task } from "../task.js";
import { toleratesAll, tolerationSeconds } from "./toleration-time.js";

const ACCOUNT = "taint-eviction-controller";
/** Attempts to delete a pod, and the pause between them. Source: retries in deletePodHandler of taint_eviction.go. */
const ATTEMPTS = 5;
const ATTEMPT_PAUSE: SimTime = 10 * MILLISECOND;

interface Eviction {
  readonly since: SimTime;
  readonly at: SimTime;
  readonly event: EventId;
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
      deleted: (pod) => this.forget(objectKey(pod)),
    });
  }

  private nodeChanged(previous: Node | undefined, current: Node): void {
    if (!this.context.active || previous?.spec.taints === current.spec.taints) return;
    const { name } = current.metadata;
    const taints = evictingTaints(current);
    // Changes of other taints move nothing (NodeUpdated).
    if (previous !== undefined && sameValue(evictingTaints(previous), taints)) return;
    const had = this.taints.has(name);
    if (taints.length === 0) {
      this.taints.delete(name);
      if (had) for (const pod of [...this.pods.byIndex(BY_NODE, name)]) this.cancel(pod);
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
    if (isPodTerminal(pod)) return;
    const key = objectKey(pod);
    const seconds = tolerationSeconds(pod.spec.tolerations, taints);
    const planned = this.evictions.get(key);
    if (seconds === Number.POSITIVE_INFINITY) {
      this.cancel(pod);
      return;
    }
    const { now } = this.context.simulation;
    const since = planned?.since ?? now;
    const at = seconds === 0 ? now : since + seconds * SECOND;
    // What no toleration allows is done at once, though the pod may be marked already; so it is told once more.
    if (planned !== undefined && !toleratesAll(pod.spec.tolerations, taints)) this.cancel(pod);
    // A taint that comes later does not give more time.
    else if (planned !== undefined && planned.at <= at) return;
    this.forget(key);
    const event = this.context.after(Math.max(0, at - now), () => {
      perform(this.evict(pod), (outcome) => {
        if (!outcome.ok && outcome.error.status.reason !== "NotFound") this.evictions.delete(key);
      });
    });
    this.evictions.set(key, { since, at, event });
  }

  private forget(key: string): void {
    const planned = this.evictions.get(key);
    if (planned === undefined) return;
    this.context.simulation.cancel(planned.event);
    this.evictions.delete(key);
  }

  private cancel(pod: Pod): void {
    const key = objectKey(pod);
    const planned = this.evictions.get(key);
    if (planned === undefined) return;
    const isPast = planned.at < this.context.simulation.now;
    this.forget(key);
    if (!isPast) this.calls.recordEvent(referenceTo(pod), "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`);
  }

  private *evict(pod: Pod): Task<void> {
    const key = objectKey(pod);
    this.calls.recordEvent(referenceTo(pod), "Normal", "TaintManagerEviction", `Marking for deletion Pod ${key}`);
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
    const condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
      lastTransitionTime: this.context.nowInSeconds(),
    } as const;
    yield* this.calls.patchStatus<"Pod">(target, (current) => withPodCondition(current, condition));
    yield* this.calls.delete<"Pod">(target);
  }
}

function evictingTaints({ spec: { taints = [] } }: Node): readonly Taint[] {
  return taints.filter(({ effect }) => effect === "NoExecute");
}

export function startTaintEvictionController(context: ControllerContext): void {
  new TaintEvictionController(context);
}
