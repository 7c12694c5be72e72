/** Nodes to which pods are nominated that go before a pod: their filters reckon with those pods. */
import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Profile } from "../framework/profile.js";
import type { ShapeEvaluation } from "./shape-evaluation.js";
import type { StatusCodes } from "./status-codes.js";

/** A node as if the pods nominated to it were there. */
interface Trial {
  readonly node: NodeInfo;
  /** What it was made of. */
  readonly generation: number;
  readonly nominated: readonly PodInfo[];
  readonly priority: number;
}

/** Trials of earlier cycles, by number of the node. */
export type Trials = Map<number, Trial>;

export class NominatedNodes {
  private state: CycleState | undefined;

  private constructor(
    private readonly profile: Profile,
    private readonly codes: StatusCodes,
    private readonly trials: Trials,
    private readonly shape: ShapeEvaluation,
    private readonly pod: PodInfo,
    private readonly ids: ReadonlySet<number>,
    /** Whether plugins may have a say of which nothing can be kept. */
    private readonly isPlain: boolean,
  ) {}

  /** The nodes that matter for the pod; undefined where there are none. */
  static before(
    profile: Profile,
    codes: StatusCodes,
    trials: Trials,
    shape: ShapeEvaluation,
    pod: PodInfo,
    isPlain: boolean,
  ): NominatedNodes | undefined {
    const { nominator, cache } = profile.handle;
    if (nominator.size === 0) {
      trials.clear();
      return undefined;
    }
    const ids = new Set<number>();
    for (const name of nominator.nodes()) {
      const node = cache.node(name);
      if (node !== undefined && nominator.podsFor(name).some((other) => other.priority >= pod.priority && other.uid !== pod.uid))
        ids.add(node.id);
    }
    return ids.size === 0 ? undefined : new NominatedNodes(profile, codes, trials, shape, pod, ids, isPlain || shape.checks.length > 0);
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  /** Code of the status by which the node is rejected, with the nominated pods or without them; 0 where it passes both times. */
  codeOf(id: number): number {
    const { handle } = this.profile;
    const node = handle.cache.nodeById(id);
    const nominated = handle.nominator.podsFor(node.name);
    if (this.isPlain || nominated.some((other) => other.shape.affinity.any || other.uid === this.pod.uid)) return this.askAll(node);
    const withThem = this.shape.nodes.judgeTrial(this.trialOf(node, nominated));
    if (withThem !== 0) return withThem;
    const value = this.shape.nodes.valueOf(id);
    return value < 0 ? -value : 0;
  }

  private trialOf(node: NodeInfo, nominated: readonly PodInfo[]): NodeInfo {
    const { trials, pod } = this;
    const known = trials.get(node.id);
    if (
      known?.generation === node.generation &&
      known.nominated === nominated &&
      known.priority === pod.priority &&
      known.node.name === node.name
    )
      return known.node;
    const trial = node.clone();
    for (const other of nominated) if (other.priority >= pod.priority) trial.addPod(other);
    trials.set(node.id, { node: trial, generation: node.generation, nominated, priority: pod.priority });
    return trial;
  }

  private askAll(node: NodeInfo): number {
    if (this.state === undefined) {
      this.state = new CycleState();
      this.profile.runPreFilter(this.state, this.pod);
    }
    const status = this.profile.runFilterWithNominated(this.state, this.pod, node);
    return status === undefined ? 0 : this.codes.codeOf(status);
  }
}
