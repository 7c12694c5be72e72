/**
 * The plugins of one profile, run point by point.
 *
 * Source of the rules: pkg/scheduler/framework/runtime/framework.go
 */
import { ADD, type EventRegistration, UPDATE_NODE_TAINT } from "./events.js";
import type { CycleState } from "./cycle-state.js";
import type { Handle } from "./handle.js";
import type { NodeInfo } from "./node-info.js";
import type { Answer, ExtensionPoint, NodeToStatus, Plugin, PostFilterResult } from "./plugin.js";
import type { PodInfo } from "./pod-info.js";
import { asPluginError, guarded } from "./guarded-plugin.js";
import { runPreScore, scoresOf } from "./plugin-scores.js";
import { failureOf, Status } from "./status.js";

/** The plugins of each point, in running order. */
export type PluginsByPoint = Readonly<Record<ExtensionPoint, readonly Plugin[]>>;

export interface PreFilterOutcome {
  /** Why no node is looked at; undefined means Success. */
  readonly status?: Status;
  /** Only these nodes are looked at; absent means all. */
  readonly nodeNames?: ReadonlySet<string>;
  /** Plugins that narrowed the search, sorted. */
  readonly narrowedBy: readonly string[];
}

export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  readonly skipped: boolean;
  /** Parallel to the nodes that were scored. */
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

export class Profile {
  /** Plugins that have a say in where a pod goes; none where one of them signs no pod at all. */
  private readonly signers: readonly Plugin[];
  private readonly registered = new Map<string, readonly EventRegistration[]>();

  constructor(
    /** spec.schedulerName of the pods that the profile is for. */
    readonly schedulerName: string,
    readonly plugins: PluginsByPoint,
    /** Weight of each score plugin, by name. */
    readonly weights: ReadonlyMap<string, number>,
    /** Percentage of nodes to score; 0 chooses by the size of the cluster. */
    readonly percentageOfNodesToScore: number,
    readonly handle: Handle,
  ) {
    const deciding = new Set([...plugins.preFilter, ...plugins.filter, ...plugins.preScore, ...plugins.score]);
    this.signers = [...deciding].some((plugin) => plugin.sign === undefined) ? [] : [...deciding];
    for (const plugin of new Set(Object.values(plugins).flat())) {
      const registrations = plugin.eventsToRegister?.();
      if (registrations !== undefined) this.registered.set(plugin.name, withTaintUpdates(registrations));
    }
  }

  /** Whether any plugin scores nodes. */
  get scores(): boolean {
    return this.plugins.score.length > 0;
  }

  /** The events that a plugin of the profile registered for; undefined where it registered nothing, so that any event will do. */
  registrations(plugin: string): readonly EventRegistration[] | undefined {
    return this.registered.get(plugin);
  }

  /**
   * What of the pod its filters and scores depend on, as text; undefined where they depend on more than the pod and its node.
   * Pods of equal text may share results.
   */
  sign(pod: PodInfo): string | undefined {
    if (this.signers.length === 0) return undefined;
    let text = "";
    for (const plugin of this.signers) {
      const part = plugin.sign?.(pod);
      if (part === undefined) return undefined;
      text += `${part}\n`;
    }
    return text;
  }

  runPreEnqueue(pod: PodInfo): Status | undefined {
    for (const plugin of this.plugins.preEnqueue) {
      const answer = plugin.preEnqueue!(pod);
      if (answer !== undefined && answer.code !== "Success") return answer.withPlugin(plugin.name);
    }
    return undefined;
  }

  /** An unresolvable answer ends the round; an Unschedulable one is remembered while the others still run. */
  runPreFilter(state: CycleState, pod: PodInfo): PreFilterOutcome {
    let names: ReadonlySet<string> | undefined;
    let rejected: Status | undefined;
    const narrowedBy: string[] = [];
    for (const plugin of this.plugins.preFilter) {
      const answer = this.callPreFilter(plugin, state, pod);
      const code = answer?.status?.code ?? "Success";
      if (code === "Skip") {
        state.skipFilter(plugin.name);
        continue;
      }
      if (code !== "Success") {
        const status = failureOf(answer!.status!, plugin.name, "PreFilter");
        if (code !== "Unschedulable") return { status, narrowedBy };
        rejected = status;
        continue;
      }
      const own = answer?.result?.nodeNames;
      if (own === undefined) continue;
      narrowedBy.push(plugin.name);
      const before: ReadonlySet<string> | undefined = names;
      names = before === undefined ? own : new Set([...before].filter((name) => own.has(name)));
      if (names.size === 0) {
        const sorted = narrowedBy.sort();
        const reason =
          sorted.length === 1
            ? `node(s) didn't satisfy plugin ${sorted[0]}`
            : `node(s) didn't satisfy plugin(s) [${sorted.join(" ")}] simultaneously`;
        return { status: new Status("UnschedulableAndUnresolvable", [reason]), nodeNames: names, narrowedBy: sorted };
      }
    }
    return {
      ...(rejected !== undefined && { status: rejected }),
      ...(names !== undefined && { nodeNames: names }),
      narrowedBy: narrowedBy.sort(),
    };
  }

  callPreFilter(plugin: Plugin, state: CycleState, pod: PodInfo): ReturnType<NonNullable<Plugin["preFilter"]>> {
    return guarded(plugin, "PreFilter", pod, undefined, () => plugin.preFilter!(state, pod));
  }

  /** The status of the first filter that rejects the node, or fails (Error); undefined where all pass. */
  runFilter(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    return this.callFilters(this.plugins.filter, state, pod, node);
  }

  callFilters(filters: readonly Plugin[], state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    let at = 0;
    try {
      for (; at < filters.length; at++) {
        const plugin = filters[at];
        if (state.skipsFilter(plugin.name)) continue;
        const answer = plugin.filter!(state, pod, node);
        if (answer === undefined || answer.code === "Success") continue;
        if (answer.isRejected) return answer.withPlugin(plugin.name);
        return new Status("Error", [`running ${JSON.stringify(plugin.name)} filter plugin: ${answer.message}`], plugin.name, answer.cause);
      }
      return undefined;
    } catch (error) {
      throw asPluginError(error, filters[at], "Filter", pod, node);
    }
  }

  /**
   * Filters as if the pods nominated to the node, of equal or higher priority, were there, and if that passes again without them:
   * both must pass.
   */
  runFilterWithNominated(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined {
    const nominated = this.nominatedBefore(pod, node);
    if (nominated.length > 0) {
      const trialState = state.clone();
      const trialNode = node.clone();
      for (const other of nominated) {
        trialNode.addPod(other);
        const failed = this.runAddPod(trialState, pod, other, trialNode);
        if (failed !== undefined) return failed;
      }
      const status = this.runFilter(trialState, pod, trialNode);
      if (status !== undefined) return status;
    }
    return this.runFilter(state, pod, node);
  }

  private nominatedBefore(pod: PodInfo, node: NodeInfo): readonly PodInfo[] {
    const nominated = this.handle.nominator.podsFor(node.name);
    return nominated.length === 0 ? nominated : nominated.filter((other) => other.priority >= pod.priority && other.uid !== pod.uid);
  }

  runAddPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): Answer {
    return this.runExtension("addPod", state, pod, added, node);
  }

  runRemovePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): Answer {
    return this.runExtension("removePod", state, pod, removed, node);
  }

  private runExtension(method: "addPod" | "removePod", state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): Answer {
    for (const plugin of this.plugins.preFilter) {
      if (plugin.preFilterExtensions === undefined || state.skipsFilter(plugin.name)) continue;
      const answer = plugin.preFilterExtensions[method](state, pod, other, node);
      if (answer !== undefined && answer.code !== "Success") return answer.withPlugin(plugin.name);
    }
    return undefined;
  }

  /** Runs until one plugin succeeds or fails for good. */
  runPostFilter(state: CycleState, pod: PodInfo, statuses: NodeToStatus): { readonly result?: PostFilterResult; readonly status: Status } {
    const reasons: string[] = [];
    let rejectedBy = "";
    let result: PostFilterResult | undefined;
    for (const plugin of this.plugins.postFilter) {
      const answer = plugin.postFilter!(state, pod, statuses);
      const { code } = answer.status;
      if (code === "Success" || code === "Error" || code === "UnschedulableAndUnresolvable")
        return { ...answer, status: answer.status.withPlugin(plugin.name) };
      if (answer.result?.nominatedNodeName !== undefined) result = answer.result;
      reasons.push(...answer.status.reasons);
      if (rejectedBy === "") rejectedBy = plugin.name;
    }
    return { ...(result !== undefined && { result }), status: new Status("Unschedulable", reasons, rejectedBy) };
  }

  runPreScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): void {
    runPreScore(this.plugins.preScore, state, pod, nodes);
  }

  /** Scores all the nodes with each plugin in turn. Call {@link runPreScore} first. */
  runScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): PluginScores[] {
    return this.plugins.score.map((plugin) => {
      const weight = this.weights.get(plugin.name) ?? 1;
      if (state.skipsScore(plugin.name)) return { plugin: plugin.name, weight, skipped: true, raw: [], normalized: [] };
      const { raw, scores } = scoresOf(plugin, state, pod, nodes);
      return { plugin: plugin.name, weight, skipped: false, raw, normalized: scores.map(({ score }) => score) };
    });
  }

  runReserve(state: CycleState, pod: PodInfo, nodeName: string): Status | undefined {
    for (const plugin of this.plugins.reserve) {
      const answer = guarded(plugin, "Reserve", pod, undefined, () => plugin.reserve?.(state, pod, nodeName));
      if (answer !== undefined && answer.code !== "Success") return failureOf(answer, plugin.name, "Reserve");
    }
    return undefined;
  }

  /** In reverse order. */
  runUnreserve(state: CycleState, pod: PodInfo, nodeName: string): void {
    for (const plugin of this.plugins.reserve.toReversed()) plugin.unreserve?.(state, pod, nodeName);
  }
}

/**
 * A plugin that waits for new nodes is told of every change of taints as well, for a node may come tainted.
 * Source: buildQueueingHintMap in pkg/scheduler/scheduler.go.
 */
function withTaintUpdates(registrations: readonly EventRegistration[]): readonly EventRegistration[] {
  const ofNodes = registrations.filter(({ resource }) => resource === "Node");
  const waits = ofNodes.some(({ actions }) => (actions & ADD) !== 0) && !ofNodes.some(({ actions }) => (actions & UPDATE_NODE_TAINT) !== 0);
  return waits ? [...registrations, { resource: "Node", actions: UPDATE_NODE_TAINT }] : registrations;
}
