/**
 * How large etcd's database is: the current state, and the history that compaction has not dropped yet.
 *
 * Compaction is bookkeeping without events: it is caught up with when the next entry is written.
 */
import { MINUTE, type SimTime } from "../../engine/simulation.js";

/** Source: kube-apiserver's --etcd-compaction-interval. */
export const COMPACTION_INTERVAL: SimTime = 5 * MINUTE;

export class DatabaseSize {
  private current = 0;
  /** History since the last compaction, and that of the interval before, which the next compaction drops. */
  private recent = 0;
  private older = 0;
  private file = 0;
  private nextCompaction = COMPACTION_INTERVAL;
  private compacted = 0;

  /** Bytes of pages in use: state and history. */
  get inUse(): number {
    return this.current + this.recent + this.older;
  }

  /** Bytes of the newest state of everything. */
  get state(): number {
    return this.current;
  }

  /** Bytes of the file, which shrinks only when it is defragmented. */
  get total(): number {
    return this.file;
  }

  get compactions(): number {
    return this.compacted;
  }

  /** @param growth see WriteLog.append */
  write(now: SimTime, bytes: number, growth: number): void {
    this.compact(now);
    this.current += growth;
    this.recent += bytes - Math.max(0, growth);
    this.file = Math.max(this.file, this.inUse);
  }

  defragment(now: SimTime): void {
    this.compact(now);
    this.file = this.inUse;
  }

  /** Drops the history, as a compaction up to the newest revision does; the file keeps its size. */
  compactAll(now: SimTime): void {
    this.compact(now);
    this.older = this.recent = 0;
    this.compacted++;
  }

  /** The database is replaced by one of so many bytes, without history. */
  replace(now: SimTime, bytes: number): void {
    this.compact(now);
    this.current = this.file = bytes;
    this.older = this.recent = 0;
  }

  private compact(now: SimTime): void {
    // After two intervals without a write there is nothing left to drop.
    for (let rounds = 0; now >= this.nextCompaction && rounds < 2; rounds++) {
      this.older = this.recent;
      this.recent = 0;
      this.compacted++;
      this.nextCompaction += COMPACTION_INTERVAL;
    }
    if (now < this.nextCompaction) return;
    const missed = Math.floor((now - this.nextCompaction) / COMPACTION_INTERVAL) + 1;
    this.compacted += missed;
    this.nextCompaction += missed * COMPACTION_INTERVAL;
  }
}
