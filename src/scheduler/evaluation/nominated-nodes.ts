/**
 * Nodes whose verdict has to be asked anew for a pod, because pods that go before it are nominated to them and plugins of which nothing
 * can be kept may mind those pods.
 */
import { CycleState } from "../framework/cycle-state.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Status } from "../framework/status.js";
import type { Profile } from "../framework/profile.js";
import type { NominatedValues } from "./nominated-values.js";
import type { StatusCodes } from "./status-codes.js";

export class NominatedNodes {
  private state: CycleState | undefined;

  private constructor(
    private readonly profile: Profile,
    private readonly codes: StatusCodes,
    private readonly values: NominatedValues,
    private readonly pod: PodInfo,
    private readonly ids: ReadonlySet<number>,
    /** Whether plugins beyond each node's own verdict have a say. */
    private readonly isPlain: boolean,
  ) {}

  /** The nodes that matter for the pod; undefined where there are none. */
  static before(profile: Profile, codes: StatusCodes, values: NominatedValues, pod: PodInfo, isPlain: boolean): NominatedNodes | undefined {
    const { nominator, cache } = profile.handle;
    const ids = new Set<number>();
    for (const name of nominator.nodes()) {
      const node = cache.node(name);
      if (node !== undefined && nominator.podsFor(name).some((other) => other.priority >= pod.priority && other.uid !== pod.uid))
        ids.add(node.id);
    }
    return ids.size === 0 ? undefined : new NominatedNodes(profile, codes, values, pod, ids, isPlain);
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  /** The status by which the node is rejected, with the nominated pods or without them; undefined where it passes both times. */
  statusOf(id: number): Status | undefined {
    const code = this.codeOf(id);
    return code === 0 ? undefined : this.codes.statusOf(code);
  }

  /** Code of the status by which the node is rejected, with the nominated pods or without them; 0 where it passes both times. */
  codeOf(id: number): number {
    const { handle } = this.profile;
    const node = handle.cache.nodeById(id);
    const nominated = handle.nominator.podsFor(node.name);
    if (!this.isPlain && !nominated.some((other) => other.shape.affinity.any || other.uid === this.pod.uid)) {
      const value = this.values.valueOf(id);
      return value < 0 ? -value : 0;
    }
    if (this.state === undefined) {
      this.state = new CycleState();
      this.profile.runPreFilter(this.state, this.pod);
    }
    const status = this.profile.runFilterWithNominated(this.state, this.pod, node);
    return status === undefined ? 0 : this.codes.codeOf(status);
  }
}
