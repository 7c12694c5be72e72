/**
 * Which of several groups is enlarged.
 *
 * Source: cluster-autoscaler/FAQ.md ("What are Expanders?"), cluster-autoscaler/expander
 */
import { quantityMilliValue, quantityValue } from "../../api/quantity.js";
import { podRequests } from "../../api/resources.js";
import type { Pod } from "../../api/types/pod.js";
import type { RandomStream } from "../../engine/random.js";
import type { NodeGroup } from "./cloud-provider.js";
import type { NodeTemplate } from "./node-template.js";
import type { PriorityList } from "./priority-list.js";

/** A group, and what it would be enlarged by. */
export interface ExpansionOption {
  readonly group: NodeGroup;
  readonly template: NodeTemplate;
  readonly nodeCount: number;
  /** Pods that would find a place. */
  readonly pods: readonly Pod[];
}

type Filter = (options: readonly ExpansionOption[]) => readonly ExpansionOption[];

export const EXPANDERS = ["random", "most-pods", "least-waste", "priority", "least-nodes"] as const;
export type ExpanderName = (typeof EXPANDERS)[number];

/** An expander that the simulator does not have. */
export class UnknownExpander extends Error {
  override readonly name = "UnknownExpander";
  constructor(expander: string) {
    super(
      expander === "price" || expander === "grpc"
        ? `expander ${expander} needs ${expander === "price" ? "the prices of one cloud provider" : "a server of its own"}, which is not simulated: must be one of ${EXPANDERS.join(", ")}`
        : `expander ${JSON.stringify(expander)} is not known: must be one of ${EXPANDERS.join(", ")}`,
    );
  }
}

/**
 * The expanders that a flag names.
 *
 * @throws UnknownExpander
 */
export function expandersOf(flag: string): ExpanderName[] {
  return flag.split(",").map((text) => {
    const name = text.trim();
    const known = EXPANDERS.find((expander) => expander === name);
    if (known === undefined) throw new UnknownExpander(name);
    return known;
  });
}

/** Options for which the figure is greatest. */
function greatest(figure: (option: ExpansionOption) => number): Filter {
  return (options) => {
    const figures = options.map(figure);
    const best = Math.max(...figures);
    return options.filter((_, index) => figures[index] === best);
  };
}

/** Share of cpu and of memory of the new nodes that would not be asked for. Source: cluster-autoscaler/expander/waste/waste.go */
export function wasteOf({ template, nodeCount, pods }: ExpansionOption): number {
  const capacity = template.node.status?.capacity ?? {};
  let cpu = 0;
  let memory = 0;
  for (const { spec } of pods) {
    const requests = podRequests(spec);
    cpu += quantityMilliValue(requests["cpu"] ?? 0);
    memory += quantityValue(requests["memory"] ?? 0);
  }
  const unused = (available: number, requested: number): number => (available > 0 ? (available - requested) / available : 0);
  return (
    unused(quantityMilliValue(capacity["cpu"] ?? 0) * nodeCount, cpu) + unused(quantityValue(capacity["memory"] ?? 0) * nodeCount, memory)
  );
}

/** Groups of the highest priority that matches any; all where none matches. Source: cluster-autoscaler/expander/priority/priority.go */
function byPriority(options: readonly ExpansionOption[], priorities: PriorityList): readonly ExpansionOption[] {
  for (const { patterns } of priorities) {
    const matching = options.filter(({ group }) => patterns.some((pattern) => pattern.test(group.id)));
    if (matching.length > 0) return matching;
  }
  return options;
}

/** The best option by the expanders in turn; chance decides among those that are left. */
export function bestOption(
  expanders: readonly ExpanderName[],
  options: readonly ExpansionOption[],
  priorities: PriorityList,
  stream: RandomStream,
): ExpansionOption | undefined {
  const filters: Readonly<Record<ExpanderName, Filter>> = {
    random: (left) => [left[stream.integer(left.length)]],
    "most-pods": greatest(({ pods }) => pods.length),
    "least-waste": greatest((option) => -wasteOf(option)),
    "least-nodes": greatest(({ nodeCount }) => -nodeCount),
    priority: (left) => byPriority(left, priorities),
  };
  let left = options;
  for (const expander of expanders) {
    if (left.length <= 1) break;
    left = filters[expander](left);
  }
  return left.length <= 1 ? left[0] : left[stream.integer(left.length)];
}
