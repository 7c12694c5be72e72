/**
 * The life of each pod as pods.csv tells it: when it was created, bound, started, ready, ended and removed. Records are kept in order
 * of creation, also after the pod is gone.
 */
import { objectKey } from "../api/kinds.js";
import { hasEnded } from "../api/pod-phase.js";
import type { Pod } from "../api/types/pod.js";
import type { Change } from "../control-plane/apiserver/change.js";
import type { SimTime } from "../engine/simulation.js";
import type { PodStanding } from "../scheduler/pod-standing.js";
import type { SchedulingAttempt } from "../scheduler/observer.js";

export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly created: SimTime;
  /** The newest stored version: what the run ended with, or what was deleted. */
  pod: Pod;
  scheduled?: SimTime;
  /** First time in phase Running. */
  started?: SimTime;
  /** First time that condition Ready was True. */
  ready?: SimTime;
  deletionRequested?: SimTime;
  /** Entered phase Succeeded or Failed. */
  finished?: SimTime;
  deleted?: SimTime;
  attempts: number;
  /** Message of the last attempt that found no node. */
  lastFailure?: string;
}

/** Why a pod never ran, as counted in the summary. */
export interface NeverRan {
  readonly reason: string;
  readonly pods: number;
  /** namespace/name of the first such pod. */
  readonly example: string;
}

/** How far the scheduler has come with a pod that has no node; undefined where it has no more to say than that the pod waits. */
export type StandingOf = (pod: Pod) => PodStanding | undefined;

export class PodRecords {
  readonly records: PodRecord[] = [];
  private readonly live = new Map<string, PodRecord>();

  change({ type, kind, key: at, object, previous, time }: Change): void {
    if (kind !== "Pod") return;
    const pod = object as Pod;
    let record = this.live.get(at);
    if (record === undefined || type === "ADDED") {
      record = {
        namespace: pod.metadata.namespace ?? "",
        name: pod.metadata.name,
        uid: pod.metadata.uid ?? "",
        created: time,
        pod,
        attempts: 0,
      };
      this.records.push(record);
      this.live.set(at, record);
    }
    observe(record, pod, previous as Pod | undefined, time);
    if (type === "DELETED") {
      record.deleted = time;
      this.live.delete(at);
    }
  }

  attempt({ pod, result, message }: SchedulingAttempt): void {
    const record = this.live.get(objectKey(pod));
    if (record === undefined) return;
    record.attempts++;
    if (result !== "scheduled" && message !== undefined) record.lastFailure = message;
  }

  /**
   * Pods that were never in phase Running nor ran to an end, counted by reason; most frequent first.
   *
   * @param standing how far the scheduler has come with a pod that has no node
   */
  neverRan(standing: StandingOf = () => undefined): NeverRan[] {
    const byReason = new Map<string, { pods: number; example: string }>();
    for (const record of this.records) {
      if (record.started !== undefined || record.finished !== undefined) continue;
      const reason = reasonNotRunning(record, standing);
      const entry = byReason.get(reason);
      if (entry === undefined) byReason.set(reason, { pods: 1, example: `${record.namespace}/${record.name}` });
      else entry.pods++;
    }
    return [...byReason].map(([reason, entry]) => ({ reason, ...entry })).sort((a, b) => b.pods - a.pods || (a.reason < b.reason ? -1 : 1));
  }
}

function observe(record: PodRecord, pod: Pod, previous: Pod | undefined, time: SimTime): void {
  record.pod = pod;
  if (record.scheduled === undefined && pod.spec.nodeName !== undefined) record.scheduled = time;
  if (record.deletionRequested === undefined && pod.metadata.deletionTimestamp !== undefined) record.deletionRequested = time;
  if (pod.status === previous?.status) return;
  const phase = pod.status?.phase;
  if (record.started === undefined && phase === "Running") record.started = time;
  if (record.finished === undefined && hasEnded(pod)) record.finished = time;
  if (record.ready === undefined && pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"))
    record.ready = time;
}

function reasonNotRunning(record: PodRecord, standing: StandingOf): string {
  const { pod, scheduled, deleted } = record;
  if (scheduled === undefined) return reasonUnscheduled(record, deleted === undefined ? standing(pod) : undefined);
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = statuses.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting;
  if (waiting?.reason !== undefined && waiting.reason !== "ContainerCreating" && waiting.reason !== "PodInitializing")
    return waiting.reason;
  return deleted === undefined ? "bound, but not started on its node" : "deleted before it was started on its node";
}

function reasonUnscheduled({ pod, lastFailure, deleted }: PodRecord, standing: PodStanding | undefined): string {
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) return "Scheduling is blocked due to non-empty scheduling gates";
  if (standing?.hasNode === true) return standing.text;
  if (lastFailure !== undefined) return lastFailure;
  return standing?.text ?? (deleted === undefined ? "not yet looked at by a scheduler" : "deleted before a scheduler looked at it");
}
