/** A cluster of which an invariant sees nothing but the changes that a test commits. */
import { objectKey } from "../../../src/api/kinds.js";
import type { CronJob, Job, Namespace, Node, Pod, ReplicaSet } from "../../../src/api/types/index.js";
import { CommittedObjects } from "../../../src/cluster/invariants/committed-objects.js";
import type { Invariant, ObservedCluster, StartInvariant } from "../../../src/cluster/invariants/invariant.js";
import type { Change } from "../../../src/control-plane/apiserver/change.js";
import { SECOND } from "../../../src/engine/simulation.js";

export class RecordedChanges {
  readonly committed = new CommittedObjects();
  readonly found: string[] = [];
  readonly hasDefaultScheduler = true;
  /** When there last was a fault. */
  lastFault = Number.NEGATIVE_INFINITY;
  now = 0;
  private readonly invariant: Invariant;

  constructor(start: StartInvariant) {
    this.invariant = start(this as unknown as ObservedCluster);
  }

  isSettled(): boolean {
    return true;
  }

  isUndisturbed(since: number): boolean {
    return this.lastFault < since;
  }

  violated(_object: unknown, expected: string): void {
    this.found.push(expected);
  }

  commit(seconds: number, object: CronJob | Job | Namespace | Node | Pod | ReplicaSet, type: Change["type"] = "ADDED"): Change {
    this.now = seconds * SECOND;
    const previous = this.committed.get(object.kind, objectKey(object));
    const change = { type, kind: object.kind, key: objectKey(object), object, previous, time: this.now, revision: 0 } as Change;
    this.committed.apply(change);
    this.invariant.committed?.(change);
    return change;
  }

  deliver(seconds: number, change: Change, component = "kube-controller-manager"): void {
    this.now = seconds * SECOND;
    this.invariant.delivered?.(change, `${component} on master-1`);
  }

  /** What was found by then, at which the run ends. */
  end(seconds: number): readonly string[] {
    this.now = seconds * SECOND;
    this.invariant.ended?.();
    return this.found;
  }
}
