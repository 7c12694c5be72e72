/** Nodes to which pods are nominated that go before a pod: their filters reckon with those pods, so nothing that was kept holds there. */
import { CycleState } from "../framework/cycle-state.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Profile } from "../framework/profile.js";
import type { Status } from "../framework/status.js";

export class NominatedNodes {
  private state: CycleState | undefined;

  private constructor(
    private readonly profile: Profile,
    private readonly pod: PodInfo,
    private readonly ids: ReadonlySet<number>,
  ) {}

  /** The nodes that matter for the pod; undefined where there are none. */
  static before(profile: Profile, pod: PodInfo): NominatedNodes | undefined {
    const { nominator, cache } = profile.handle;
    if (nominator.size === 0) return undefined;
    const ids = new Set<number>();
    for (const name of nominator.nodes()) {
      const node = cache.node(name);
      if (node !== undefined && nominator.podsFor(name).some((other) => other.priority >= pod.priority && other.uid !== pod.uid)) ids.add(node.id);
    }
    return ids.size === 0 ? undefined : new NominatedNodes(profile, pod, ids);
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  /** Asks all the filters, with the nominated pods and without them. */
  filter(id: number): Status | undefined {
    if (this.state === undefined) {
      this.state = new CycleState();
      this.profile.runPreFilter(this.state, this.pod);
    }
    return this.profile.runFilterWithNominated(this.state, this.pod, this.profile.handle.cache.nodeById(id));
  }
}
