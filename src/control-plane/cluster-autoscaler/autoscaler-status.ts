/**
 * What the autoscaler says of itself and of each group, as it stands in its ConfigMap.
 *
 * Source: cluster-autoscaler/clusterstate/api/types.go and GetStatus in cluster-autoscaler/clusterstate/clusterstate.go
 */
import type { SimTime } from "../../engine/simulation.js";
import type { CloudProvider, NodeGroup } from "./cloud-provider.js";
import type { ClusterState, Readiness } from "./cluster-state.js";

/** A part of the status, of which it is noted since when it has been so, and when it was looked at. */
export interface AutoscalerCondition {
  readonly status: string;
  readonly [detail: string]: unknown;
}

export interface GroupStatus {
  readonly name: string;
  readonly health: AutoscalerCondition;
  readonly scaleUp: AutoscalerCondition;
  readonly scaleDown: AutoscalerCondition;
}

export interface AutoscalerStatus {
  readonly autoscalerStatus: "Running";
  readonly clusterWide: Omit<GroupStatus, "name">;
  readonly nodeGroups: readonly GroupStatus[];
}

function nodeCounts({ ready, unready, notStarted, unregistered, longUnregistered }: Readiness): object {
  return {
    registered: {
      total: ready + unready + notStarted.length,
      ready,
      notStarted: notStarted.length,
      ...(unready > 0 && { unready: { total: unready, resourceUnready: 0 } }),
    },
    longUnregistered: longUnregistered.length,
    unregistered: unregistered.length,
  };
}

function health(isHealthy: boolean): string {
  return isHealthy ? "Healthy" : "Unhealthy";
}

function scaleDown(candidates: number): AutoscalerCondition {
  return candidates > 0 ? { status: "CandidatesPresent", candidates } : { status: "NoCandidates" };
}

function scaleUp(group: NodeGroup, state: ClusterState, now: SimTime): AutoscalerCondition {
  if (state.isScalingUp(group)) return { status: "InProgress" };
  const error = state.restingBecause(group, now);
  if (error === undefined) return { status: "NoActivity" };
  return { status: "Backoff", backoffInfo: { errorCode: error.code, errorMessage: error.message } };
}

/** @param candidates number of nodes of a group that are unneeded */
export function autoscalerStatus(
  { nodeGroups }: CloudProvider,
  state: ClusterState,
  candidates: (group: string) => number,
  now: SimTime,
): AutoscalerStatus {
  return {
    autoscalerStatus: "Running",
    clusterWide: {
      health: { status: health(state.isClusterHealthy), nodeCounts: nodeCounts(state.readiness) },
      scaleUp: { status: nodeGroups.some((group) => state.isScalingUp(group)) ? "InProgress" : "NoActivity" },
      scaleDown: scaleDown(nodeGroups.reduce((sum, { id }) => sum + candidates(id), 0)),
    },
    nodeGroups: nodeGroups.map((group) => ({
      name: group.id,
      health: {
        status: health(state.isGroupHealthy(group)),
        nodeCounts: nodeCounts(state.readinessOf(group)),
        cloudProviderTarget: group.targetSize,
        minSize: group.minSize,
        maxSize: group.maxSize,
      },
      scaleUp: scaleUp(group, state, now),
      scaleDown: scaleDown(candidates(group.id)),
    })),
  };
}
