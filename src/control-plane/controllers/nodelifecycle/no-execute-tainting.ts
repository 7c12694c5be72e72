/**
 * The loop that taints nodes NoExecute, at the rate of each one's zone.
 *
 * Source: kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoExecuteTaintingPass, markNodeForTainting,
 * markNodeAsReachable, addPodEvictorForNewZone).
 */
import type { Node, Taint } from "../../../api/types/index.js";
import { MILLISECOND, type EventId, type SimTime } from "../../../engine/simulation.js";
import type { RandomStream } from "../../../engine/random.js";
import type { Informer } from "../../apiserver/client.js";
import type { ControllerContext } from "../controller-context.js";
import { ApiError, perform, type Task } from "../task.js";
import { EVICTION_TAINTS, hasTaint, noExecuteTaint } from "./condition-taints.js";
import { LoopTicks } from "./loop-ticks.js";
import { inMapOrder } from "./map-order.js";
import { readyCondition } from "./node-health.js";
import { swapTaints, type TaintWriter } from "./node-taints.js";
import { TaintQueue } from "./taint-queue.js";
import { zoneOf } from "./zone-state.js";

/** How often waiting NoExecute taints are looked at. Source: NodeEvictionPeriod in nodelifecycle/scheduler/rate_limited_queue.go. */
const TAINTING_PERIOD: SimTime = 100 * MILLISECOND;

export class NoExecuteTainting {
  /** By zone, in the order in which zones came up. */
  private readonly queues = new Map<string, TaintQueue>();
  /**
   * By how much the looks are out of step with the monitor's ticks is chance: both loops count a period from the end of their last turn
   * (wait.UntilWithContext), so that they have drifted apart before anything happens.
   */
  private readonly looks: LoopTicks;
  private nextLook: { readonly time: SimTime; readonly event: EventId } | undefined;
  private looking = false;

  /** @param beforeLook called before each look at nodes that wait */
  constructor(
    private readonly context: ControllerContext,
    private readonly nodes: Informer<Node>,
    private readonly taints: TaintWriter,
    private readonly order: RandomStream,
    private readonly beforeLook: () => void,
  ) {
    const { simulation } = context;
    const outOfStep = simulation.stream("node-lifecycle-controller/step").integer(TAINTING_PERIOD);
    this.looks = new LoopTicks(simulation.now + outOfStep, TAINTING_PERIOD, 0);
  }

  addZone(zone: string): void {
    if (!this.queues.has(zone)) this.queues.set(zone, new TaintQueue(this.context.simulation, this.context.options.nodeEvictionRate));
  }

  /** @param rate nodes a second */
  *setRate(zone: string, rate: number): Task<void> {
    const queue = this.queues.get(zone);
    if (queue !== undefined) yield* queue.setRate(rate);
    this.plan();
  }

  /** Lets a node that is not ready wait for its taint. Returns whether that is news. */
  *mark(node: Node, ready: "False" | "Unknown"): Task<boolean> {
    const { name } = node.metadata;
    const taint = noExecuteTaint(ready)!;
    // A node that has the other taint gets this one in its place at once.
    if (hasTaint(node, taint.remove)) {
      yield* this.swap(node, [taint.add], [taint.remove]);
      return true;
    }
    const queue = this.queues.get(zoneOf(node))!;
    const wasKnown = queue.has(name);
    // It waits behind nodes that are found later: each tick puts it there anew.
    if (!hasTaint(node, taint.add)) queue.remove(name);
    queue.add(name);
    this.plan();
    return !wasKnown;
  }

  /** Takes the taints off a node that is well again; where that fails the next tick tries again. Returns whether there was anything to do. */
  *markReachable(node: Node): Task<boolean> {
    const present = EVICTION_TAINTS.filter((taint) => hasTaint(node, taint));
    for (const taint of present) if (!(yield* this.swap(node, [], [taint]))) return true;
    return this.forget(node) || present.length > 0;
  }

  /** The node, which has no taint, waits no longer. Returns whether it did, or had had its turn. */
  forget(node: Node): boolean {
    return this.queues.get(zoneOf(node))?.remove(node.metadata.name) === true;
  }

  /** What a tick does to nodes that wait: those that are not tainted yet wait anew, in the order in which it came to them. */
  renew(inOrder: (nodes: readonly string[]) => readonly string[]): void {
    const isUntainted = (name: string): boolean => {
      const node = this.nodes.get(name);
      return node !== undefined && !EVICTION_TAINTS.some((taint) => hasTaint(node, taint));
    };
    for (const queue of this.queues.values()) queue.renew(isUntainted, inOrder);
  }

  /** Plans the next look, or leaves an earlier one planned. */
  private plan(): void {
    if (this.looking) return;
    const { simulation } = this.context;
    const { now } = simulation;
    let turn = Number.POSITIVE_INFINITY;
    for (const queue of this.queues.values()) if (!queue.isEmpty) turn = Math.min(turn, queue.nextTurn(now) ?? turn);
    if (turn === Number.POSITIVE_INFINITY) return;
    const time = this.looks.at(Math.max(turn, now));
    if (this.nextLook !== undefined) {
      if (this.nextLook.time <= time) return;
      simulation.cancel(this.nextLook.event);
    }
    this.nextLook = { time, event: this.context.after(time - now, () => this.lookNow()) };
  }

  private lookNow(): void {
    const began = this.context.simulation.now;
    this.nextLook = undefined;
    this.looking = true;
    this.beforeLook();
    perform(this.look(), (outcome) => {
      if (!outcome.ok) throw outcome.error;
      this.looking = false;
      this.looks.turnEnded(began, this.context.simulation.now);
      this.plan();
    });
  }

  private *look(): Task<void> {
    for (const queue of inMapOrder([...this.queues.values()], this.order)) yield* queue.try((name) => this.taint(name));
  }

  /** Returns whether the node needs no other turn: it is tainted, or ready as far as the cache knows, or gone. */
  private *taint(name: string): Task<boolean> {
    const node = this.nodes.get(name);
    const ready = node === undefined ? undefined : readyCondition(node);
    const taint = ready === undefined ? undefined : noExecuteTaint(ready.status);
    if (node === undefined || taint === undefined) return true;
    return yield* this.swap(node, [taint.add], [taint.remove]);
  }

  /** Returns whether the taints could be written. */
  private *swap(node: Node, add: readonly Taint[], remove: readonly Taint[]): Task<boolean> {
    try {
      yield* swapTaints(this.taints, node, add, remove, this.context.nowInSeconds());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
    return true;
  }
}
