/**
 * The ConfigMap in which the autoscaler says how things are. Written when something other than its time has changed.
 *
 * Source: cluster-autoscaler/clusterstate/utils/status.go, clusterstate/api
 */
import { formatTimestamp } from "../../api/duration.js";
import type { ObjectReference, Timestamp } from "../../api/types/meta.js";
import type { ApiClient } from "../apiserver/client.js";
import type { CloudProvider } from "./cloud-provider.js";
import type { ClusterState } from "./cluster-state.js";
import type { SimTime } from "../../engine/simulation.js";

const NAMESPACE = "kube-system";
const NAME = "cluster-autoscaler-status";
const LAST_UPDATED = "cluster-autoscaler.kubernetes.io/last-updated";

/** What events about the autoscaler as a whole are recorded on. */
export const STATUS_CONFIG_MAP: ObjectReference = { kind: "ConfigMap", namespace: NAMESPACE, name: NAME, apiVersion: "v1" };

export function statusText(cloud: CloudProvider, state: ClusterState, candidates: (group: string) => number, now: SimTime): string {
  const groups = cloud.nodeGroups.flatMap((group) => {
    const { ready, unready, notStarted, unregistered, longUnregistered } = state.readinessOf(group);
    const scaleUp = state.isScalingUp(group) ? "InProgress" : state.isResting(group, now) ? "Backoff" : "NoActivity";
    const left = candidates(group.id);
    return [
      `- name: ${group.id}`,
      "  health:",
      `    status: ${state.isGroupHealthy(group) ? "Healthy" : "Unhealthy"}`,
      "    nodeCounts:",
      `      registered: {total: ${ready + unready + notStarted.length}, ready: ${ready}, notStarted: ${notStarted.length}, unready: ${unready}}`,
      `      longUnregistered: ${longUnregistered.length}`,
      `      unregistered: ${unregistered.length}`,
      `    cloudProviderTarget: ${group.targetSize}`,
      `    minSize: ${group.minSize}`,
      `    maxSize: ${group.maxSize}`,
      `  scaleUp: {status: ${scaleUp}}`,
      `  scaleDown: {status: ${left > 0 ? "CandidatesPresent" : "NoCandidates"}, candidates: ${left}}`,
    ];
  });
  const health = state.isClusterHealthy ? "Healthy" : "Unhealthy";
  return ["autoscalerStatus: Running", `clusterWide: {health: {status: ${health}}}`, "nodeGroups:", ...groups, ""].join("\n");
}

export class StatusConfigMap {
  private written = "";

  constructor(private readonly client: ApiClient) {}

  write(text: string, now: Timestamp): void {
    if (text === this.written) return;
    const isFirst = this.written === "";
    this.written = text;
    const annotations = { [LAST_UPDATED]: formatTimestamp(now) };
    const data = { status: text };
    const failed = (result: { readonly ok: boolean }): void => {
      if (!result.ok) this.written = "";
    };
    if (isFirst) {
      const create = () =>
        this.client.create<"ConfigMap">(
          { apiVersion: "v1", kind: "ConfigMap", metadata: { name: NAME, namespace: NAMESPACE, annotations }, data },
          failed,
        );
      this.client.get<"ConfigMap">({ kind: "ConfigMap", namespace: NAMESPACE, name: NAME }, (found) =>
        found.ok ? this.patch(data, annotations, failed) : create(),
      );
    } else this.patch(data, annotations, failed);
  }

  private patch(
    data: Readonly<Record<string, string>>,
    annotations: Readonly<Record<string, string>>,
    done: (result: { readonly ok: boolean }) => void,
  ): void {
    this.client.patch<"ConfigMap">(
      { kind: "ConfigMap", namespace: NAMESPACE, name: NAME },
      (current) => ({
        ...current,
        metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } },
        data,
      }),
      done,
    );
  }
}
