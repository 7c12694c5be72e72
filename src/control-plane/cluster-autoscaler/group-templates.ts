/** The template of each group, and the nodes on the way that are made after it. Source: cluster-autoscaler/processors/nodeinfosprovider */
import type { Node } from "../../api/types/node.js";
import type { DaemonSet } from "../../api/types/workloads.js";
import type { CloudProvider } from "./cloud-provider.js";
import { type ClusterState, isReady } from "./cluster-state.js";
import { hasTaint, TO_BE_DELETED } from "./deletion-taints.js";
import { addFromTemplate, type NodeTemplate, templateFromCloud, templateFromNode } from "./node-template.js";
import type { SchedulingSimulation } from "./scheduling-simulation.js";

/** By group: after its first node that is ready, or what the cloud says. */
export function groupTemplates(
  cloud: CloudProvider,
  nodes: Iterable<Node>,
  daemonSets: Iterable<DaemonSet>,
  simulation: SchedulingSimulation,
): Map<string, NodeTemplate> {
  const samples = new Map<string, Node>();
  for (const node of nodes) {
    const group = cloud.groupOf(node.metadata.name);
    if (group !== undefined && !samples.has(group.id) && isReady(node) && !hasTaint(node, TO_BE_DELETED)) samples.set(group.id, node);
  }
  const all = [...daemonSets];
  return new Map(
    cloud.nodeGroups.map((group) => {
      const sample = samples.get(group.id);
      const template =
        sample === undefined
          ? templateFromCloud(group.templateNode(), all)
          : templateFromNode(sample, simulation.podsOn(sample.metadata.name));
      return [group.id, template];
    }),
  );
}

/**
 * Puts nodes on the way into the simulation as if they were ready; returns the names of those of them that are registered already, which do
 * not count beside.
 */
export function addUpcomingNodes(
  cloud: CloudProvider,
  state: ClusterState,
  templates: ReadonlyMap<string, NodeTemplate>,
  simulation: SchedulingSimulation,
): ReadonlySet<string> {
  const starting = new Set<string>();
  for (const group of cloud.nodeGroups) {
    const count = state.upcoming(group);
    if (count === 0) continue;
    for (const name of state.readinessOf(group).notStarted) starting.add(name);
    for (let i = 0; i < count; i++) addFromTemplate(simulation, templates.get(group.id)!, `template-node-for-${group.id}-upcoming-${i}`);
  }
  return starting;
}
