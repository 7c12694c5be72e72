/**
 * Up to which revision etcd has dropped history. A watch that goes on from an older one is told 410 Gone and lists anew.
 *
 * kube-apiserver compacts every interval, up to the revision of one interval before; that is bookkeeping without events: it is caught
 * up with at the next write or question. Source: k8s.io/apiserver/pkg/storage/etcd3/compact.go.
 */
import type { SimTime } from "../../engine/simulation.js";
import { COMPACTION_INTERVAL } from "./database-size.js";

/** The revision asked for has been compacted, or is still to come. Source of the texts: go.etcd.io/etcd/server/storage/mvcc. */
export class CompactionError extends Error {
  override readonly name = "CompactionError";
}

export class Compaction {
  private compacted = 0;
  private current = 0;
  /** Revision at the last compaction's time, which the next compaction drops. */
  private next = 0;
  private due = COMPACTION_INTERVAL;

  /** A write has the revision. */
  note(now: SimTime, revision: number): void {
    this.catchUp(now);
    this.current = revision;
  }

  /** The oldest revision from which a watch can go on. */
  revision(now: SimTime): number {
    this.catchUp(now);
    return this.compacted;
  }

  /** Compacts at once, as `etcdctl compact` does. @throws CompactionError */
  compact(now: SimTime, revision: number): void {
    this.catchUp(now);
    if (revision > this.current) throw new CompactionError("etcdserver: mvcc: required revision is a future revision");
    if (revision <= this.compacted) throw new CompactionError("etcdserver: mvcc: required revision has been compacted");
    this.compacted = revision;
  }

  /** The database begins anew at a revision, all before it compacted or nothing. */
  restart(now: SimTime, revision: number, isCompacted: boolean): void {
    this.current = this.next = revision;
    this.compacted = isCompacted ? revision : 0;
    this.due = now + COMPACTION_INTERVAL;
  }

  private catchUp(now: SimTime): void {
    while (now >= this.due) {
      this.compacted = Math.max(this.compacted, this.next);
      this.next = this.current;
      this.due += COMPACTION_INTERVAL;
    }
  }
}
