/**
 * On which machines the members of etcd run, and which of them can take part: a member whose machine has no power, or that a partition
 * cuts off from the majority, is lost to the group until that ends.
 */
import type { EtcdCluster } from "../control-plane/etcd/etcd-cluster.js";
import type { DataPath } from "../network/data-path.js";

export class EtcdHosts {
  private readonly hostOf = new Map<string, string>();
  /** Members whose process was stopped by itself. */
  private readonly stopped = new Set<string>();
  private readonly lost = new Set<string>();

  /** Members are on the machines in turn; without machines they are outside, where nothing happens to them. */
  constructor(
    private readonly etcd: EtcdCluster,
    private readonly dataPath: DataPath,
    machines: readonly string[],
  ) {
    if (machines.length === 0) return;
    for (const [index, member] of etcd.members.entries()) this.hostOf.set(member, machines[index % machines.length]);
  }

  get members(): readonly string[] {
    return this.etcd.members;
  }

  /** The member's process stops. */
  lose(member: string): void {
    this.stopped.add(member);
    this.update();
  }

  restore(member: string): void {
    this.stopped.delete(member);
    this.update();
  }

  /** All processes stop. */
  stopAll(): void {
    for (const member of this.members) this.stopped.add(member);
    this.update();
  }

  /** All processes start, those that were stopped before as well. */
  startAll(): void {
    this.stopped.clear();
    this.update();
  }

  /** To be called after each change of power or partitions. */
  update(): void {
    for (const member of this.members) {
      const isLost = this.stopped.has(member) || !this.reachesMajority(member);
      if (isLost === this.lost.has(member)) continue;
      if (isLost) {
        this.lost.add(member);
        this.etcd.lose(member);
      } else {
        this.lost.delete(member);
        this.etcd.restore(member);
      }
    }
  }

  private reachesMajority(member: string): boolean {
    const host = this.hostOf.get(member);
    if (host === undefined) return true;
    const own = this.dataPath.host(host);
    if (!own.powered) return false;
    const others = this.members.filter((other) => this.dataPath.reaches(own, this.dataPath.host(this.hostOf.get(other)!)));
    // A machine without power counts as lost by itself, not as a partition: whether a quorum is left is the group's own affair.
    const unpowered = this.members.filter((other) => !this.dataPath.host(this.hostOf.get(other)!).powered);
    return 2 * (others.length + unpowered.length) > this.members.length;
  }
}
