/**
 * The node lifecycle controller: notices nodes without heartbeats, tells so in their conditions, taints them, and limits how fast
 * they lose their pods.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller and kubernetes
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 */
import { shuffle } from "simple-statistics";
import type { Node, Pod } from "../../../api/types/index.js";
import type { RandomStream } from "../../../engine/random.js";
import { MILLISECOND, type EventId, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { podCondition, withPodCondition } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { BY_NODE, nodeNames } from "../pods-by-node.js";
import { ApiError, firstError, inParallel, perform, sleep, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { EVICTION_TAINTS, hasTaint, noExecuteTaint, noScheduleTaintChanges } from "./condition-taints.js";
import { MonitorTicks } from "./monitor-ticks.js";
import { readyCondition, withUnknownConditions } from "./node-health.js";
import { swapTaints, type TaintWriter } from "./node-taints.js";
import { TaintQueue } from "./taint-queue.js";
import { isLeftOutOfZones, judgeZones, zoneOf, type ZoneCounts, type ZoneState } from "./zone-state.js";

const ACCOUNT = "node-controller";
/** Nodes that are looked at and tainted at a time. Source: UpdateWorkerSize in nodelifecycle/scheduler/taint_manager.go. */
const WORKERS = 8;
/** How often waiting NoExecute taints are looked at. Source: NodeEvictionPeriod in nodelifecycle/scheduler/rate_limited_queue.go. */
const TAINTING_PERIOD: SimTime = 100 * MILLISECOND;
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
  private readonly ticks: MonitorTicks;
  private readonly known = new Map<string, Known>();
  /** When each node itself, or a status of it with a new heartbeat, was last seen. */
  private readonly seenAt = new Map<string, SimTime>();
  private readonly taintQueues = new Map<string, TaintQueue>();
  private zoneStates: ReadonlyMap<string, ZoneState> = new Map();
  /** No node is judged by heartbeats before this time. */
  private graceSince: SimTime;
  private nextPass: { readonly time: SimTime; readonly event: EventId } | undefined;
  private passRuns = false;
  private taintingPlanned = false;
  private readonly start: SimTime;
  private readonly taints: TaintWriter;
  /**
   * By how much the looks at waiting taints are out of step with the monitor's ticks. Both loops count a period from the end of their
   * last turn (wait.UntilWithContext), so that they have drifted apart before anything happens: by how much is chance.
   */
  private readonly outOfStep: SimTime;
  private readonly order: RandomStream;

  constructor(private readonly context: ControllerContext) {
    const { options, simulation } = context;
    this.order = simulation.stream("node-lifecycle-controller/order");
    this.outOfStep = simulation.stream("node-lifecycle-controller/step").integer(TAINTING_PERIOD);
    this.start = simulation.now;
    this.graceSince = this.start;
    const phase = options.nodeMonitorTickPhase % options.nodeMonitorPeriod;
    const sinceTick = (this.start - phase) % options.nodeMonitorPeriod;
    const first = sinceTick === 0 ? this.start : this.start + ((options.nodeMonitorPeriod - sinceTick) % options.nodeMonitorPeriod);
    this.ticks = new MonitorTicks(
      first,
      options.nodeMonitorPeriod,
      2 * Math.max(options.nodeMonitorGracePeriod, options.nodeStartupGracePeriod),
    );
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.taints = { calls: this.calls, simulation, jitter: simulation.stream("node-lifecycle-controller/taint-retry") };
    this.taintingQueue = context.queue({ workers: WORKERS, sync: (key) => this.taintByCondition(key) });
    this.nodes = context.informer("Node");
    this.pods = context.informer("Pod");
    this.pods.addIndex(BY_NODE, nodeNames);
    this.nodes.addHandlers({
      added: (node) => this.nodeAdded(node),
      updated: (previous, current) => this.nodeUpdated(previous, current),
      deleted: () => this.wake(this.ticks.after(this.context.simulation.now)),
    });
    context.heartbeats.onChange((node) => this.heartbeatsChanged(node));
    context.whenSynced(() => this.wake(this.ticks.at(simulation.now)));
  }

  private nodeAdded(node: Node): void {
    this.seenAt.set(node.metadata.name, this.context.simulation.now);
    this.taintingQueue.add(node.metadata.name);
    this.wake(this.ticks.after(this.context.simulation.now));
  }

  private nodeUpdated(previous: Node, current: Node): void {
    if (readyCondition(previous)?.lastHeartbeatTime !== readyCondition(current)?.lastHeartbeatTime) {
      this.seenAt.set(current.metadata.name, this.context.simulation.now);
    }
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
    if (node !== undefined) this.wake(this.judgementOf(node));
  }

  /** The tick at which the node, if it stays silent, is given up. */
  private judgementOf(node: Node): SimTime {
    const { name } = node.metadata;
    const { options, heartbeats, simulation } = this.context;
    const renewed = heartbeats.lastRenewal(name, simulation.now);
    const noticed = this.ticks.at(Math.max(renewed ?? this.start, this.seenAt.get(name) ?? this.start));
    const since = Math.max(noticed, this.graceSince);
    const grace = readyCondition(node) === undefined ? options.nodeStartupGracePeriod : options.nodeMonitorGracePeriod;
    // Every tick begins a little later than a whole period after the one before, so that one that is due exactly then is past it.
    return this.ticks.at(since + grace);
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
    perform(this.monitorPass(), (outcome) => {
      if (!outcome.ok) throw outcome.error;
      const { now } = this.context.simulation;
      this.passRuns = false;
      this.ticks.passEnded(began, now);
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
      if (withUnknownConditions(node, 0) !== node) this.wake(Math.max(this.judgementOf(node), this.ticks.after(now)));
    }
  }

  /** One look at all nodes. Returns whether something was done, so that the next tick may find a consequence of it. */
  private *monitorPass(): Task<boolean> {
    this.register();
    const zones = new Map<string, ZoneCounts>();
    let acted = false;
    const seen = [...this.nodes.list()];
    const needWork: Node[] = [];
    for (const node of seen) {
      if (this.isWell(node)) this.count(zones, node, true);
      else needWork.push(node);
    }
    const outcomes = yield* inParallel(this.inCacheOrder(needWork), WORKERS, (node) => this.judge(node));
    for (const outcome of outcomes) {
      if (!outcome.ok) acted = true;
      else if (outcome.value !== undefined) {
        this.count(zones, outcome.value.node, readyCondition(outcome.value.node)?.status === "True");
        acted ||= outcome.value.acted;
      }
    }
    acted = (yield* this.handleDisruption(zones, seen)) || acted;
    return acted;
  }

  /**
   * Caches and tables are maps, which Go reads in another order each time. Source: https://go.dev/ref/spec#For_statements and
   * kubernetes client-go tools/cache/thread_safe_store.go (List).
   */
  private inCacheOrder<T>(items: readonly T[]): readonly T[] {
    return items.length < 2 ? items : shuffle([...items], () => this.order.uniform());
  }

  private count(zones: Map<string, ZoneCounts>, node: Node, ready: boolean): void {
    if (isLeftOutOfZones(node)) return;
    const zone = zoneOf(node);
    let counts = zones.get(zone);
    if (counts === undefined) {
      counts = { ready: 0, notReady: 0 };
      zones.set(zone, counts);
    }
    if (ready) counts.ready++;
    else counts.notReady++;
  }

  /** Takes notice of nodes that came and went. */
  private register(): void {
    for (const node of this.nodes.list()) {
      const { name } = node.metadata;
      const zone = zoneOf(node);
      const known = this.known.get(name);
      if (known?.zone === zone) continue;
      if (known === undefined) this.nodeEvent(node, "RegisteredNode", `Registered Node ${name} in Controller`);
      this.known.set(name, { zone, podsPending: known?.podsPending ?? false });
      if (!this.taintQueues.has(zone)) this.taintQueues.set(zone, new TaintQueue(this.context.options.nodeEvictionRate));
    }
    if (this.known.size === this.nodes.size) return;
    for (const [name, { zone }] of [...this.known]) {
      if (this.nodes.get(name) !== undefined) continue;
      this.known.delete(name);
      this.seenAt.delete(name);
      this.taintQueues.get(zone)?.remove(name);
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
    const { name } = node.metadata;
    if (readyCondition(node)?.status !== "True" || this.known.get(name)?.podsPending === true) return false;
    if (!this.context.heartbeats.isRenewing(name) && this.judgementOf(node) <= this.context.simulation.now) return false;
    if (EVICTION_TAINTS.some((taint) => hasTaint(node, taint))) return false;
    this.taintQueues.get(zoneOf(node))?.remove(name);
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
    if (after === "True") acted = (yield* this.markReachable(current)) || acted;
    else acted = this.planTaint(current, after) || acted;
    const known = this.known.get(name);
    const fellSilent = after !== "True" && before === "True";
    if (fellSilent) this.calls.recordEvent(referenceTo(node), "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
    if (fellSilent || (after !== "True" && known?.podsPending === true)) {
      acted = true;
      const failed = yield* this.markPodsNotReady(name);
      if (known !== undefined) known.podsPending = failed;
    } else if (known !== undefined) known.podsPending = false;
    return { node: current, acted };
  }

  /** Makes the conditions of a silent node Unknown. */
  private *updateHealth(node: Node): Task<Node | undefined> {
    let current: Node | undefined = node;
    for (let attempt = 0; attempt < STATUS_RETRIES && current !== undefined; attempt++) {
      const silent = !this.context.heartbeats.isRenewing(node.metadata.name) && this.judgementOf(current) <= this.context.simulation.now;
      if (!silent) return current;
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

  private planTaint(node: Node, ready: "False" | "Unknown" | undefined): boolean {
    const taint = noExecuteTaint(ready);
    if (taint === undefined || hasTaint(node, taint.add)) return false;
    const queue = this.taintQueues.get(zoneOf(node));
    // A node that has the other taint gets this one in its place at once.
    if (hasTaint(node, taint.remove)) {
      perform(swapTaints(this.taints, node, [taint.add], [taint.remove], this.context.nowInSeconds()), () => undefined);
      return true;
    }
    const added = queue?.add(node.metadata.name) === true;
    this.planTainting();
    return added;
  }

  /** Takes the taints off a node that is well again. Returns whether there was anything to do. */
  private *markReachable(node: Node): Task<boolean> {
    const removed = this.taintQueues.get(zoneOf(node))?.remove(node.metadata.name) === true;
    const present = EVICTION_TAINTS.filter((taint) => hasTaint(node, taint));
    for (const taint of present)
      yield* unless(["NotFound", "Conflict"], swapTaints(this.taints, node, [], [taint], this.context.nowInSeconds()));
    return removed || present.length > 0;
  }

  /** Takes the readiness of all pods on the node back. Returns whether any could not be written. */
  private *markPodsNotReady(node: string): Task<boolean> {
    let failed = false;
    for (const pod of [...this.pods.byIndex(BY_NODE, node)]) {
      const ready = podCondition(pod, "Ready");
      if (ready?.status !== "True") continue;
      const changed = withPodCondition(pod, { ...ready, status: "False", lastTransitionTime: this.context.nowInSeconds() });
      try {
        yield* this.calls.updateStatus<"Pod">(changed);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status.reason !== "NotFound") failed = true;
        continue;
      }
      this.calls.recordEvent(referenceTo(pod), "Warning", "NodeNotReady", "Node is not ready");
    }
    return failed;
  }

  /** @param nodes as they were when the pass began: taints that came meanwhile are not seen */
  private *handleDisruption(counts: ReadonlyMap<string, ZoneCounts>, nodes: readonly Node[]): Task<boolean> {
    const decision = judgeZones(this.zoneStates, counts, this.context.options);
    const { now } = this.context.simulation;
    const changed = [...decision.states].some(([zone, state]) => this.zoneStates.get(zone) !== state);
    this.zoneStates = decision.states;
    if (decision.restartGrace) this.graceSince = now;
    if (decision.stopEvictions) {
      const outcomes = yield* inParallel(nodes, 1, (node) => this.markReachable(node));
      firstError(outcomes);
    }
    for (const [zone, rate] of decision.rates) this.taintQueues.get(zone)?.setRate(rate, this.context.simulation.now);
    if (decision.rates.size > 0) this.planTainting();
    return changed;
  }

  /** Plans the next look at the NoExecute taints that wait. */
  private planTainting(): void {
    if (this.taintingPlanned) return;
    const { now } = this.context.simulation;
    let next = Number.POSITIVE_INFINITY;
    for (const queue of this.taintQueues.values()) if (!queue.isEmpty) next = Math.min(next, queue.nextTurn(now) ?? next);
    if (next === Number.POSITIVE_INFINITY) return;
    this.taintingPlanned = true;
    const grid = this.start + this.outOfStep;
    const look = grid + Math.ceil((Math.max(next, now + 1) - grid) / TAINTING_PERIOD) * TAINTING_PERIOD;
    this.context.after(look - now, () => {
      perform(this.taintWaiting(), () => {
        this.taintingPlanned = false;
        this.planTainting();
      });
    });
  }

  private *taintWaiting(): Task<void> {
    for (const queue of this.inCacheOrder([...this.taintQueues.values()])) {
      for (;;) {
        const name = queue.take(this.context.simulation.now);
        if (name === undefined) break;
        const node = this.nodes.get(name);
        const ready = node === undefined ? undefined : readyCondition(node);
        const taint = ready === undefined ? undefined : noExecuteTaint(ready.status);
        if (node === undefined || taint === undefined) continue;
        const outcomes = yield* inParallel([node], 1, () =>
          swapTaints(this.taints, node, [taint.add], [taint.remove], this.context.nowInSeconds()),
        );
        if (firstError(outcomes) !== undefined) queue.putBack(name);
      }
    }
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
