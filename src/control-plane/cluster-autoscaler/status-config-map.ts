/**
 * The ConfigMap in which the autoscaler says how things are. Written when something other than its time has changed.
 *
 * Source: cluster-autoscaler/clusterstate/utils/status.go, clusterstate/api
 */
import { stringify } from "yaml";
import { formatMicroTimestamp } from "../../api/duration.js";
import type { ObjectReference, Timestamp } from "../../api/types/meta.js";
import type { ApiClient } from "../apiserver/client.js";
import type { AutoscalerCondition, AutoscalerStatus, GroupStatus } from "./autoscaler-status.js";

const NAMESPACE = "kube-system";
const NAME = "cluster-autoscaler-status";
const LAST_UPDATED = "cluster-autoscaler.kubernetes.io/last-updated";

/** What events about the autoscaler as a whole are recorded on. */
export const STATUS_CONFIG_MAP: ObjectReference = { kind: "ConfigMap", namespace: NAMESPACE, name: NAME, apiVersion: "v1" };

/** As Go prints a time by default, which the autoscaler does. Source: ConfigMapLastUpdateFormat in clusterstate/utils/status.go */
function goTime(time: Timestamp): string {
  const [date, clock] = formatMicroTimestamp(time).replace("Z", "").split("T");
  return `${date} ${trimmed(clock)} +0000 UTC`;
}

/** RFC 3339 without zeros at the end of the fraction. */
function probeTime(time: Timestamp): string {
  return `${trimmed(formatMicroTimestamp(time).replace("Z", ""))}Z`;
}

/** Without zeros at the end of the six digits of the fraction. */
function trimmed(clock: string): string {
  return clock.replace(/\.?0+$/, "");
}

export class StatusConfigMap {
  private written = "";
  /** Since when each part of the status has been what it is, by its place. */
  private readonly since = new Map<string, { readonly status: string; readonly time: Timestamp }>();

  constructor(private readonly client: ApiClient) {}

  /** Written where something other than times has changed: those of the last look may be older than it. */
  write(status: AutoscalerStatus, now: Timestamp): void {
    const content = JSON.stringify(status);
    if (content === this.written) return;
    const isFirst = this.written === "";
    this.written = content;
    const annotations = { [LAST_UPDATED]: goTime(now) };
    const data = { status: this.text(status, now) };
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

  private text({ autoscalerStatus, clusterWide, nodeGroups }: AutoscalerStatus, now: Timestamp): string {
    const dated = (place: string, conditions: Omit<GroupStatus, "name">): object =>
      Object.fromEntries(
        (["health", "scaleUp", "scaleDown"] as const).map((part) => [part, this.dated(`${place}/${part}`, conditions[part], now)]),
      );
    return stringify({
      time: goTime(now),
      autoscalerStatus,
      clusterWide: dated("", clusterWide),
      nodeGroups: nodeGroups.map((group) => ({ name: group.name, ...dated(group.name, group) })),
    });
  }

  private dated(place: string, condition: AutoscalerCondition, now: Timestamp): object {
    const before = this.since.get(place);
    const time = before?.status === condition.status ? before.time : now;
    this.since.set(place, { status: condition.status, time });
    return { ...condition, lastProbeTime: probeTime(now), lastTransitionTime: probeTime(time) };
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
