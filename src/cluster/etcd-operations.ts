/**
 * What an administrator does to etcd: snapshots and their restore, compaction, defragmentation, alarms.
 *
 * Source: https://etcd.io/docs/v3.6/op-guide/recovery/, https://etcd.io/docs/v3.6/op-guide/maintenance/,
 * https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/#restoring-an-etcd-cluster
 */
import type { ApiServer, RestoreOptions } from "../control-plane/apiserver/api-server.js";
import type { Snapshot } from "../control-plane/apiserver/snapshot.js";
import type { EtcdCluster } from "../control-plane/etcd/etcd-cluster.js";
import type { SimTime, Simulation } from "../engine/simulation.js";
import type { EtcdHosts } from "./etcd-hosts.js";

/** An operation that etcd refuses, in its own words. */
export class EtcdOperationError extends Error {
  override readonly name = "EtcdOperationError";
}

/** A member as `etcdctl endpoint status` shows it. */
export interface EtcdMemberStatus {
  readonly name: string;
  /** Bytes of the database's file, and of its pages in use. */
  readonly size: number;
  readonly inUse: number;
  readonly isLeader: boolean;
  readonly term: number;
  readonly isFull: boolean;
}

export interface EtcdSurroundings {
  readonly simulation: Simulation;
  readonly apiServer: ApiServer;
  readonly etcd: EtcdCluster;
  readonly hosts: EtcdHosts;
  /** Starts and stops all API servers. */
  readonly setServing: (serving: boolean) => void;
}

interface SavedSnapshot {
  readonly snapshot: Snapshot;
  /** Bytes of the state that is in it. */
  readonly bytes: number;
}

export class EtcdOperations {
  private readonly saved = new Map<string, SavedSnapshot>();

  constructor(private readonly around: EtcdSurroundings) {}

  /** Keeps what is stored now under a file's name. @throws EtcdOperationError */
  saveSnapshot(file: string): void {
    this.leader();
    const { apiServer, etcd } = this.around;
    this.saved.set(file, { snapshot: apiServer.snapshot(), bytes: etcd.database.state });
  }

  /**
   * Stops all API servers and etcd, puts the snapshot in place of the database on every member, and starts them after the downtime.
   * What was written since the snapshot is lost; controllers, schedulers and kubelets find the past.
   *
   * @throws EtcdOperationError
   */
  restoreSnapshot(file: string, options: RestoreOptions, downtime: SimTime, done: () => void): void {
    const saved = this.saved.get(file);
    if (saved === undefined) throw new EtcdOperationError(`open ${file}: no such file or directory`);
    const { simulation, apiServer, etcd, hosts, setServing } = this.around;
    setServing(false);
    hosts.stopAll();
    simulation.after(downtime, () => {
      etcd.recover(saved.bytes);
      apiServer.restore(saved.snapshot, options);
      hosts.startAll();
      setServing(true);
      done();
    });
  }

  /** Drops the history up to a revision, the newest where none is given; returns it. @throws EtcdOperationError, CompactionError */
  compact(revision?: number): number {
    this.leader();
    const { apiServer, etcd } = this.around;
    const compacted = apiServer.compact(revision);
    if (compacted === apiServer.objects.revision) etcd.compact();
    return compacted;
  }

  /** Gives the free pages of each member's file back. Returns the members. @throws EtcdOperationError */
  defragment(): readonly string[] {
    this.leader();
    this.around.etcd.defragment();
    return this.around.etcd.members;
  }

  /** Members on which the alarm of a full database stands. */
  alarms(): readonly string[] {
    const { etcd } = this.around;
    return etcd.full ? etcd.members : [];
  }

  /** Bytes that the database may have before the alarm is raised. */
  get quotaBackendBytes(): number {
    return this.around.etcd.quotaBackendBytes;
  }

  /** Takes the alarm back where there is room again. Returns the members of which it was. @throws EtcdOperationError */
  disarm(): readonly string[] {
    this.leader();
    const alarms = this.alarms();
    this.around.etcd.disarm();
    return alarms;
  }

  status(): readonly EtcdMemberStatus[] {
    const { etcd } = this.around;
    const { total, inUse } = etcd.database;
    return etcd.members.map((name) => ({ name, size: total, inUse, isLeader: name === etcd.leader, term: etcd.term, isFull: etcd.full }));
  }

  private leader(): void {
    if (!this.around.etcd.writable) throw new EtcdOperationError("etcdserver: no leader");
  }
}
