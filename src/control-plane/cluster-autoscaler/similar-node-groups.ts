/**
 * Groups whose nodes are alike, and how a scale-up is divided among them.
 *
 * Source: cluster-autoscaler/processors/nodegroupset (compare_nodegroups.go, balancing_processor.go)
 */
import { quantityMilliValue } from "../../api/quantity.js";
import { BETA_REGION_LABEL, BETA_ZONE_LABEL, HOSTNAME_LABEL, REGION_LABEL, ZONE_LABEL } from "../../api/topology-labels.js";
import type { ResourceList } from "../../api/types/meta.js";
import type { NodeGroup } from "./cloud-provider.js";
import type { NodeTemplate } from "./node-template.js";

/** Nodes of alike groups differ by no more than these shares: memory capacity, allocatable, free. Source: compare_nodegroups.go */
const MAX_CAPACITY_MEMORY_DIFFERENCE = 0.015;
const MAX_ALLOCATABLE_DIFFERENCE = 0.05;

/** Labels that tell nodes or groups of one sort apart. Source: BasicIgnoredLabels in compare_nodegroups.go, aws_nodegroups.go */
const IGNORED_LABELS: ReadonlySet<string> = new Set([
  HOSTNAME_LABEL,
  BETA_ZONE_LABEL,
  BETA_REGION_LABEL,
  ZONE_LABEL,
  REGION_LABEL,
  "alpha.eksctl.io/instance-id",
  "alpha.eksctl.io/nodegroup-name",
  "eks.amazonaws.com/nodegroup",
  "k8s.amazonaws.com/eniConfig",
  "lifecycle",
]);

function isWithin(a: ResourceList | undefined, b: ResourceList | undefined, tolerance: (resource: string) => number): boolean {
  const names = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
  return [...names].every((name) => {
    const [x, y] = [a?.[name], b?.[name]];
    if (x === undefined || y === undefined) return false;
    const [more, less] = [Math.max(quantityMilliValue(x), quantityMilliValue(y)), Math.min(quantityMilliValue(x), quantityMilliValue(y))];
    return more - less <= more * tolerance(name);
  });
}

/** Whether new nodes of both templates would do the same for pods. */
export function areSimilar(a: NodeTemplate, b: NodeTemplate, ignoredLabels: readonly string[]): boolean {
  const labels = [a, b].map(({ node }) => node.metadata.labels ?? {});
  const names = new Set(labels.flatMap((each) => Object.keys(each)));
  for (const name of names) {
    if (!IGNORED_LABELS.has(name) && !ignoredLabels.includes(name) && labels[0][name] !== labels[1][name]) return false;
  }
  const [first, second] = [a.node.status, b.node.status];
  return (
    isWithin(first?.capacity, second?.capacity, (name) => (name === "memory" ? MAX_CAPACITY_MEMORY_DIFFERENCE : 0)) &&
    isWithin(first?.allocatable, second?.allocatable, () => MAX_ALLOCATABLE_DIFFERENCE)
  );
}

/** A group and the size that it gets. */
export interface ScaleUpInfo {
  readonly group: NodeGroup;
  readonly currentSize: number;
  readonly newSize: number;
  readonly maxSize: number;
}

/** Gives new nodes one by one to the smallest group that may still grow; groups that get none are left out. */
export function balance(groups: readonly NodeGroup[], newNodes: number): ScaleUpInfo[] {
  const sizes = groups.filter(({ targetSize, maxSize }) => targetSize < maxSize).map((group) => ({ group, size: group.targetSize }));
  for (let left = newNodes; left > 0; left--) {
    let smallest: { readonly group: NodeGroup; size: number } | undefined;
    for (const each of sizes) if (each.size < each.group.maxSize && (smallest === undefined || each.size < smallest.size)) smallest = each;
    if (smallest === undefined) break;
    smallest.size++;
  }
  return sizes
    .filter(({ group, size }) => size > group.targetSize)
    .map(({ group, size }) => ({ group, currentSize: group.targetSize, newSize: size, maxSize: group.maxSize }));
}

/** As the autoscaler prints it: `[{workers 3->4 (max: 6)}]`. */
export function formatScaleUps(infos: readonly ScaleUpInfo[]): string {
  return `[${infos.map(({ group, currentSize, newSize, maxSize }) => `{${group.id} ${currentSize}->${newSize} (max: ${maxSize})}`).join(" ")}]`;
}
