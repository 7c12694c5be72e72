/**
 * Arguments of the default plugins where the configuration leaves them out.
 *
 * Source: pkg/scheduler/apis/config/v1/defaults.go
 */
import type {
  DefaultPreemptionArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  ResourceSpec,
  VolumeBindingArgs,
} from "./types.js";

const CPU_AND_MEMORY: readonly ResourceSpec[] = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

function withWeights(resources: readonly ResourceSpec[] | undefined): readonly ResourceSpec[] {
  if (resources === undefined || resources.length === 0) return CPU_AND_MEMORY;
  return resources.map(({ name, weight }) => ({ name, weight: weight === undefined || weight === 0 ? 1 : weight }));
}

type Given = Readonly<Record<string, unknown>>;

/** The arguments of a plugin as users wrote them, completed. Arguments of other plugins stay as they are. */
export const defaultedArgs = {
  NodeResourcesFit(given: Given): NodeResourcesFitArgs {
    const args = given as Partial<NodeResourcesFitArgs>;
    const strategy: Partial<NodeResourcesFitArgs["scoringStrategy"]> = args.scoringStrategy ?? {};
    return {
      ...args,
      scoringStrategy: { ...strategy, type: strategy.type ?? "LeastAllocated", resources: withWeights(strategy.resources) },
    };
  },
  NodeResourcesBalancedAllocation(given: Given): NodeResourcesBalancedAllocationArgs {
    return { resources: withWeights((given as Partial<NodeResourcesBalancedAllocationArgs>).resources) };
  },
  NodeAffinity(given: Given): NodeAffinityArgs {
    return given;
  },
  InterPodAffinity(given: Given): InterPodAffinityArgs {
    return { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false, ...given };
  },
  PodTopologySpread(given: Given): PodTopologySpreadArgs {
    return { defaultConstraints: [], defaultingType: "System", ...given };
  },
  VolumeBinding(given: Given): VolumeBindingArgs {
    return { bindTimeoutSeconds: 600, ...given };
  },
  DefaultPreemption(given: Given): DefaultPreemptionArgs {
    return { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100, ...given };
  },
};
