/**
 * Carries a preemption out through the API server while the scheduler goes on: the pod that preempts is kept out of the queue until
 * the last request for its victims is answered.
 *
 * Source of the rules: pkg/scheduler/framework/preemption/executor.go (prepareCandidateAsync, IsPodRunningPreemption), KEP-4832
 */
import type { ApiStatus, Target } from "../../control-plane/apiserver/client.js";
import type { Condition, Pod } from "../../api/types/index.js";
import { SECOND } from "../../engine/simulation.js";
import type { Handle } from "../framework/handle.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Candidate } from "./candidate.js";
import { PREEMPTION_BY_SCHEDULER } from "./evaluator.js";

const NOT_FOUND = 404;

/** Called once; with the API server's answer where it refused. */
type Done = (failure: ApiStatus | undefined) => void;

export class PreemptionExecutor {
  /** Pods whose preemption is under way, with the victim for which alone they wait still, once it is the only one. */
  private readonly preempting = new Map<string, PodInfo | undefined>();

  /** @param plugin in whose name waiting pods are rejected */
  constructor(
    private readonly handle: Handle,
    private readonly plugin: string,
  ) {}

  /** Whether requests for the pod's victims are under way. A last victim that is being deleted counts as done. */
  isPreempting(uid: string): boolean {
    if (!this.preempting.has(uid)) return false;
    const last = this.preempting.get(uid);
    if (last === undefined) return true;
    const stored = this.handle.listers.informer("Pod").get(last.key);
    return stored !== undefined && stored.metadata.deletionTimestamp === undefined;
  }

  /** Ends the victims that are not ending yet, and takes the nomination from less important pods that were to come to the node. */
  start(preemptor: PodInfo, { node, victims }: Candidate): void {
    const { client } = this.handle;
    const living = victims.filter((victim) => !victim.isTerminating);
    if (client === undefined || living.length === 0) return;
    this.preempting.set(preemptor.uid, undefined);
    for (const pod of this.handle.nominator.podsFor(node)) if (pod.priority < preemptor.priority) this.clearNomination(pod);
    const last = living[living.length - 1];
    this.endAll(living.slice(0, -1), preemptor, node, (failure) => {
      if (failure !== undefined) {
        this.finish(preemptor, failure);
        return;
      }
      this.preempting.set(preemptor.uid, last);
      this.end(last, preemptor, node, (answer) => this.finish(preemptor, answer));
    });
  }

  /** A preemptor whose requests failed is tried again at once: no event would wake it. */
  private finish(preemptor: PodInfo, failure: ApiStatus | undefined): void {
    this.preempting.delete(preemptor.uid);
    if (failure !== undefined) this.handle.activate?.(preemptor.uid);
  }

  private endAll(victims: readonly PodInfo[], preemptor: PodInfo, node: string, done: Done): void {
    let left = victims.length;
    let failed: ApiStatus | undefined;
    if (left === 0) done(undefined);
    for (const victim of victims) {
      this.end(victim, preemptor, node, (failure) => {
        failed ??= failure;
        if (--left === 0) done(failed);
      });
    }
  }

  /**
   * Marks the victim as disrupted, then deletes it with its own grace period. One that is gone needs nothing; one that a Permit plugin
   * holds back still is rejected.
   */
  private end(victim: PodInfo, preemptor: PodInfo, node: string, done: Done): void {
    const client = this.handle.client!;
    if (this.handle.waitingPods?.reject(victim.uid, this.plugin, "preempted") === true) {
      this.tell(victim, preemptor, node);
      done(undefined);
      return;
    }
    const target = targetOf(victim.pod);
    const condition: Condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: PREEMPTION_BY_SCHEDULER,
      message: `${preemptor.pod.spec.schedulerName ?? ""}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: Math.floor(this.handle.now() / SECOND) * SECOND,
    };
    client.patchStatus(
      target,
      (pod) => withCondition(pod, condition),
      (patched) => {
        if (!patched.ok) {
          done(patched.status.code === NOT_FOUND ? undefined : patched.status);
          return;
        }
        client.delete(target, {}, (deleted) => {
          if (!deleted.ok) {
            done(deleted.status.code === NOT_FOUND ? undefined : deleted.status);
            return;
          }
          this.tell(victim, preemptor, node);
          done(undefined);
        });
      },
    );
  }

  private tell({ pod }: PodInfo, preemptor: PodInfo, node: string): void {
    const { name, namespace, uid } = pod.metadata;
    const regarding = { kind: "Pod", name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
    this.handle.client!.recordEvent(regarding, "Normal", "Preempted", `Preempted by pod ${preemptor.uid} on node ${node}`);
  }

  private clearNomination({ pod, uid }: PodInfo): void {
    this.handle.nominator.remove(uid);
    if ((pod.status?.nominatedNodeName ?? "") === "") return;
    this.handle.client!.patchStatus(targetOf(pod), (current) => {
      const { nominatedNodeName = "", ...status } = current.status ?? {};
      return nominatedNodeName === "" ? current : { ...current, status };
    });
  }
}

function targetOf({ metadata: { name, namespace } }: Pod): Target<"Pod"> {
  return { kind: "Pod", name, ...(namespace !== undefined && { namespace }) };
}

function withCondition(pod: Pod, condition: Condition): Pod {
  const conditions = pod.status?.conditions ?? [];
  const known = conditions.find(({ type }) => type === condition.type);
  if (known?.status === condition.status && known.reason === condition.reason && known.message === condition.message) return pod;
  const next = known === undefined ? [...conditions, condition] : conditions.map((each) => (each === known ? condition : each));
  return { ...pod, status: { ...pod.status, conditions: next } };
}
