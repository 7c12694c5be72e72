/**
 * The node lifecycle controller: notices nodes without heartbeats, tells so in their conditions, taints them, and limits how fast
 * they lose their pods.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller and kubernetes
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 */
import type { Node, Pod } from "../../../api/types/index.js";
import type { RandomStream } from "../../../engine/random.js";
import { MILLISECOND, type EventId, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { ApiError, inParallel, perform, sleep, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { EVICTION_TAINTS, hasTaint, noScheduleTaintChanges } from "./condition-taints.js";
import { LoopTicks } from "./loop-ticks.js";
import { inHashOrder } from "./map-order.js";
import { NoExecuteTainting } from "./no-execute-tainting.js";
import { NodeHealthMap, readyCondition, withUnknownConditions } from "./node-health.js";
import { swapTaints, type TaintWriter } from "./node-taints.js";
import { markPodsNotReady } from "./pod-readiness.js";
import { countNode, judgeZones, zoneOf, type ZoneCounts, type ZoneState } from "./zone-state.js";

const ACCOUNT = "node-controller";
/** Nodes that are looked at and tainted at a time. Source: nodeUpdateWorkerSize in node_lifecycle_controller.go. */
const WORKERS = 8;
/** Source: nodeHealthUpdateRetry and retrySleepTime in node_lifecycle_controller.go. */
const STATUS_RETRIES = 5;
const STATUS_RETRY_SLEEP: SimTime = 20 * MILLISECOND;

interface Known {
  readonly zone: string;
  /** Pods whose readiness could not be taken back. */
  podsPending: boolean;
}

class NodeLifecycleController {
  private readonly calls: ApiCalls;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly taintingQueue: WorkQueue;
  private readonly ticks: LoopTicks;
  private readonly health: NodeHealthMap;
  private readonly tainting: NoExecuteTainting;
  private readonly taints: TaintWriter;
  private readonly order: RandomStream;
  private readonly known = new Map<string, Known>();
  private zoneStates: ReadonlyMap<string, ZoneState> = new Map();
  private nextPass: { readonly time: SimTime; readonly event: EventId } | undefined;
  private passRuns = false;
  /** Ticks up to this one have come to the nodes that wait for their taints. */
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly context: ControllerContext) {
    const { options, simulation } = context;
    const { now } = simulation;
    const phase = options.nodeMonitorTickPhase % options.nodeMonitorPeriod;
    const sinceTick = (now - phase) % options.nodeMonitorPeriod;
    const first = sinceTick === 0 ? now : now + ((options.nodeMonitorPeriod - sinceTick) % options.nodeMonitorPeriod);
    const history = 2 * Math.max(options.nodeMonitorGracePeriod, options.nodeStartupGracePeriod);
    this.ticks = new LoopTicks(first, options.nodeMonitorPeriod, history);
    this.health = new NodeHealthMap(context, this.ticks);
    this.order = simulation.stream("node-lifecycle-controller/order");
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.taintingQueue = context.queue({ workers: WORKERS, sync: (key) => this.taintByCondition(key) });
    this.nodes = context.informer("Node");
    this.taints = {
      calls: this.calls,
      nodes: this.nodes,
      simulation,
      jitter: simulation.stream("node-lifecycle-controller/taint-retry"),
    };
    this.pods = context.informer("Pod");
    this.pods.addIndex(BY_NODE, nodeNames);
    this.tainting = new NoExecuteTainting(context, this.nodes, this.taints, this.order, () => this.renewWaiting());
    this.nodes.addHandlers({
      added: (node) => this.nodeAdded(node),
      updated: (previous, current) => this.nodeUpdated(previous, current),
      deleted: () => this.wake(this.ticks.after(this.context.simulation.now)),
    });
    context.heartbeats.onChange((node) => this.heartbeatsChanged(node));
    context.whenSynced(() => this.wake(this.ticks.at(simulation.now)));
  }

  private nodeAdded(node: Node): void {
    this.health.see(node.metadata.name);
    this.taintingQueue.add(node.metadata.name);
    this.wake(this.ticks.after(this.context.simulation.now));
  }

  private nodeUpdated(previous: Node, current: Node): void {
    if (readyCondition(previous)?.lastHeartbeatTime !== readyCondition(current)?.lastHeartbeatTime) this.health.see(current.metadata.name);
    const conditionsChanged = previous.status?.conditions !== current.status?.conditions;
    if (conditionsChanged || previous.spec !== current.spec) this.taintingQueue.add(current.metadata.name);
    if (
      readyCondition(previous)?.status !== readyCondition(current)?.status ||
      previous.spec.taints !== current.spec.taints ||
      zoneOf(previous) !== zoneOf(current)
    ) {
      this.wake(this.ticks.after(this.context.simulation.now));
    }
  }

  private heartbeatsChanged(name: string): void {
    if (!this.context.active || this.context.heartbeats.isRenewing(name)) return;
    const node = this.nodes.get(name);
    if (node !== undefined) this.wake(this.health.judgementOf(node));
  }

  /** Plans a pass of the monitor for that tick, or leaves an earlier one planned. */
  private wake(time: SimTime): void {
    if (!this.context.active || (this.nextPass !== undefined && this.nextPass.time <= time)) return;
    if (this.nextPass !== undefined) this.context.simulation.cancel(this.nextPass.event);
    const at = Math.max(time, this.context.simulation.now);
    this.nextPass = {
      time: at,
      event: this.context.after(at - this.context.simulation.now, () => {
        this.nextPass = undefined;
        this.monitor();
      }),
    };
  }

  private monitor(): void {
    if (this.passRuns) return;
    this.passRuns = true;
    const began = this.context.simulation.now;
    this.renewedAt = began;
    perform(this.monitorPass(), (outcome) => {
      if (!outcome.ok) throw outcome.error;
      const { now } = this.context.simulation;
      this.passRuns = false;
      this.ticks.turnEnded(began, now);
      if (outcome.value) this.wake(this.ticks.after(now));
      else if (this.nextPass !== undefined) {
        // Planned while the pass ran, by ticks that it has moved.
        const planned = this.nextPass;
        this.nextPass = undefined;
        this.context.simulation.cancel(planned.event);
        this.wake(Math.max(planned.time, this.ticks.after(now)));
      }
      this.wakeForSilentNodes();
    });
  }

  private wakeForSilentNodes(): void {
    const { now } = this.context.simulation;
    for (const node of this.nodes.list()) {
      if (this.context.heartbeats.isRenewing(node.metadata.name)) continue;
      if (withUnknownConditions(node, 0) !== node) this.wake(Math.max(this.health.judgementOf(node), this.ticks.after(now)));
    }
  }

  /** Ticks that found nothing new were not simulated, but they came to nodes that wait to be tainted. */
  private renewWaiting(): void {
    const tick = this.ticks.before(this.context.simulation.now) ?? Number.NEGATIVE_INFINITY;
    if (this.passRuns || tick <= this.renewedAt) return;
    this.renewedAt = tick;
    this.tainting.renew((nodes) => this.inCacheOrder(nodes));
  }

  /** One look at all nodes. Returns whether something was done, so that the next tick may find a consequence of it. */
  private *monitorPass(): Task<boolean> {
    yield* this.register();
    const zones = new Map<string, ZoneCounts>();
    let acted = false;
    const seen = [...this.nodes.list()];
    const needWork: Node[] = [];
    for (const node of seen) {
      if (this.isWell(node)) countNode(zones, node, true);
      else needWork.push(node);
    }
    const outcomes = yield* inParallel(this.inCacheOrder(needWork), WORKERS, (node) => this.judge(node));
    for (const outcome of outcomes) {
      if (!outcome.ok) acted = true;
      else if (outcome.value !== undefined) {
        countNode(zones, outcome.value.node, readyCondition(outcome.value.node)?.status === "True");
        acted ||= outcome.value.acted;
      }
    }
    return (yield* this.handleDisruption(zones, seen)) || acted;
  }

  /** Source: kubernetes client-go tools/cache/thread_safe_store.go (List), which keeps objects in a map. */
  private inCacheOrder<T>(items: readonly T[]): readonly T[] {
    return inHashOrder(items, this.order);
  }

  /** Takes notice of nodes that came and went. Those that are new lose their taints: whether they have to have some is judged anew. */
  private *register(): Task<void> {
    const unregistered = [...this.nodes.list()].filter((node) => this.known.get(node.metadata.name)?.zone !== zoneOf(node));
    for (const node of this.inCacheOrder(unregistered)) {
      const { name } = node.metadata;
      const zone = zoneOf(node);
      const known = this.known.get(name);
      if (known === undefined) this.nodeEvent(node, "RegisteredNode", `Registered Node ${name} in Controller`);
      this.known.set(name, { zone, podsPending: known?.podsPending ?? false });
      this.tainting.addZone(zone);
      if (known === undefined) yield* this.tainting.markReachable(node);
    }
    if (this.known.size === this.nodes.size) return;
    for (const name of [...this.known.keys()]) {
      if (this.nodes.get(name) !== undefined) continue;
      this.known.delete(name);
      this.health.forget(name);
      this.calls.recordEvent(
        { kind: "Node", name, uid: name },
        "Normal",
        "RemovingNode",
        `Node ${name} event: Removing Node ${name} from Controller`,
      );
    }
  }

  private nodeEvent(node: Node, reason: string, message: string): void {
    this.calls.recordEvent(referenceTo(node), "Normal", reason, `Node ${node.metadata.name} event: ${message}`);
  }

  /** Whether there is nothing to do about the node: ready, heard of, and without a taint that says otherwise. */
  private isWell(node: Node): boolean {
    if (readyCondition(node)?.status !== "True" || this.known.get(node.metadata.name)?.podsPending === true) return false;
    if (this.health.isSilent(node) || EVICTION_TAINTS.some((taint) => hasTaint(node, taint))) return false;
    this.tainting.forget(node);
    return true;
  }

  /** Judges one node; undefined where it is gone or could not be judged. */
  private *judge(node: Node): Task<{ readonly node: Node; readonly acted: boolean } | undefined> {
    const { name } = node.metadata;
    const before = readyCondition(node)?.status;
    const current = yield* this.updateHealth(node);
    if (current === undefined) return undefined;
    const after = readyCondition(current)?.status;
    let acted = current !== node;
    if (after === "True") acted = (yield* this.tainting.markReachable(current)) || acted;
    else if (after !== undefined) acted = (yield* this.tainting.mark(current, after)) || acted;
    const known = this.known.get(name);
    const fellSilent = after !== "True" && before === "True";
    if (fellSilent) this.calls.recordEvent(referenceTo(node), "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
    if (fellSilent || (after !== "True" && known?.podsPending === true)) {
      acted = true;
      const failed = yield* markPodsNotReady(this.calls, [...this.pods.byIndex(BY_NODE, name)], () => this.context.nowInSeconds());
      if (known !== undefined) known.podsPending = failed;
    } else if (known !== undefined) known.podsPending = false;
    return { node: current, acted };
  }

  /** Makes the conditions of a silent node Unknown. */
  private *updateHealth(node: Node): Task<Node | undefined> {
    let current: Node | undefined = node;
    for (let attempt = 0; attempt < STATUS_RETRIES && current !== undefined; attempt++) {
      if (!this.health.isSilent(current)) return current;
      const unknown = withUnknownConditions(current, this.context.nowInSeconds());
      if (unknown === current) return current;
      try {
        return yield* this.calls.updateStatus<"Node">(unknown);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
      yield* sleep(this.context.simulation, STATUS_RETRY_SLEEP);
      current = yield* unless(
        ["NotFound", "Timeout", "Forbidden", "InternalError", "ServiceUnavailable"],
        this.calls.get<"Node">(targetOf<"Node">(node)),
      );
    }
    return undefined;
  }

  /** @param nodes as they were when the pass began: taints that came meanwhile are not seen */
  private *handleDisruption(counts: ReadonlyMap<string, ZoneCounts>, nodes: readonly Node[]): Task<boolean> {
    const decision = judgeZones(this.zoneStates, counts, this.context.options);
    const changed = [...decision.states].some(([zone, state]) => this.zoneStates.get(zone) !== state);
    this.zoneStates = decision.states;
    if (decision.restartGrace) this.health.restartGrace();
    if (decision.stopEvictions) for (const node of nodes) yield* this.tainting.markReachable(node);
    for (const [zone, rate] of decision.rates) yield* this.tainting.setRate(zone, rate);
    return changed;
  }

  /** Brings the NoSchedule taints of a node in line with its conditions. */
  private *taintByCondition(name: string): Task<void> {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    const { add, remove } = noScheduleTaintChanges(node);
    yield* unless(["NotFound"], swapTaints(this.taints, node, add, remove, this.context.nowInSeconds()));
  }
}

export function startNodeLifecycleController(context: ControllerContext): void {
  new NodeLifecycleController(context);
}
