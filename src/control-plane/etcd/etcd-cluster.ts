/**
 * etcd as a Raft group: entries are flushed by the leader and its followers and committed when a quorum has them; a lost leader is
 * replaced after an election; without a quorum nothing is committed until a member returns.
 *
 * Entries that wait while the leader flushes share its next flush, as etcd's batches do, so that throughput rises with load. Entries in
 * the log when a leader or the quorum is lost are kept and committed later: their clients are told of a time-out, as etcd tells them.
 *
 * Source: https://etcd.io/docs/v3.6/op-guide/performance/, https://etcd.io/docs/v3.6/tuning/, go.etcd.io/raft.
 */
import type { Distribution } from "../../engine/distribution.js";
import type { RandomStream } from "../../engine/random.js";
import { type HandlerId, MILLISECOND, SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import { DatabaseSize } from "./database-size.js";
import { drawElection } from "./election.js";
import { DEFAULT_ETCD_LATENCIES, type EtcdLatencies } from "./etcd-latencies.js";
import { drawFlush, EtcdMembers, type Member, wholeMicroseconds } from "./etcd-members.js";
import type { WriteLog } from "./write-log.js";

/** Source of the three: etcd's --election-timeout, --heartbeat-interval and --quota-backend-bytes. */
const ELECTION_TIMEOUT: SimTime = SECOND;
const HEARTBEAT_INTERVAL: SimTime = 100 * MILLISECOND;
const QUOTA_BACKEND_BYTES = 2 * 2 ** 30;
/** Entries that a leader keeps for followers that lag; one further behind gets a snapshot. Source: etcd's --snapshot-catchup-entries. */
const CATCH_UP_ENTRIES = 5_000;
/** A follower replays its leader's entries at about the rate of etcd's own write benchmark. Source: op-guide/performance, 50,104 writes a second. */
const CATCH_UP_PER_ENTRY: SimTime = 20;
/** Snapshots travel at about 1 Gbit/s. */
const SNAPSHOT_BYTES_PER_MICROSECOND = 125;

/** Terms are told apart by their remainder; a batch lives for milliseconds, a term for more than a second. */
const TERM_MODULUS = 64;

export interface EtcdClusterOptions {
  readonly simulation: Simulation;
  /** Names of the voting members; the default is one member, etcd-1. */
  readonly members?: readonly string[];
  /** What is not given has its default. */
  readonly latencies?: Partial<EtcdLatencies>;
  /** Flush times of single members, by name, in place of the common ones. */
  readonly fsyncOfMember?: Readonly<Record<string, Distribution>>;
  readonly electionTimeout?: SimTime;
  readonly heartbeatInterval?: SimTime;
  readonly quotaBackendBytes?: number;
}

export class EtcdCluster implements WriteLog {
  readonly database = new DatabaseSize();
  private readonly simulation: Simulation;
  private readonly group: EtcdMembers;
  private readonly roundTrip: Distribution;
  private readonly network: RandomStream;
  private readonly elections: RandomStream;
  private readonly electionTimeout: SimTime;
  private readonly heartbeatInterval: SimTime;
  private readonly quota: number;
  private readonly startFlush: HandlerId;
  private readonly flushed: HandlerId;
  private commitListener: (count: number) => void = () => undefined;
  private readonly writableListeners: ((writable: boolean) => void)[] = [];
  private readonly fullListeners: ((full: boolean) => void)[] = [];

  private leading: Member | undefined;
  private currentTerm = 1;
  /** Entries appended since the start. */
  private length = 0;
  /** Entries that no flush has taken yet. */
  private waiting = 0;
  private flushPlanned = false;
  private leaderFreeAt: SimTime = 0;
  private lastCommit: SimTime = 0;
  /** Batches on their way to a quorum; a batch of an older term is committed by the next leader instead. */
  private inFlight = 0;
  private alarmRaised = false;

  constructor(options: EtcdClusterOptions) {
    const { simulation, members = ["etcd-1"], fsyncOfMember = {} } = options;
    const latencies: EtcdLatencies = { ...DEFAULT_ETCD_LATENCIES, ...options.latencies };
    this.simulation = simulation;
    this.group = new EtcdMembers(members, (name) => fsyncOfMember[name] ?? latencies.etcdFsync, simulation);
    this.leading = this.group.all[0];
    this.roundTrip = latencies.etcdRoundTrip;
    this.network = simulation.stream("etcd/network");
    this.elections = simulation.stream("etcd/elections");
    this.electionTimeout = options.electionTimeout ?? ELECTION_TIMEOUT;
    this.heartbeatInterval = options.heartbeatInterval ?? HEARTBEAT_INTERVAL;
    this.quota = options.quotaBackendBytes ?? QUOTA_BACKEND_BYTES;
    this.startFlush = simulation.register(() => {
      this.flushPlanned = false;
      this.flush();
    });
    this.flushed = simulation.register((count) => {
      this.committed(count);
    });
  }

  /** Names of the voting members, those that are lost among them. */
  get members(): readonly string[] {
    return this.group.names;
  }

  /** Name of the leader, undefined while there is none. */
  get leader(): string | undefined {
    return this.leading?.name;
  }

  /** Number of the leader's term, from 1. */
  get term(): number {
    return this.currentTerm;
  }

  get writable(): boolean {
    return this.leading !== undefined;
  }

  get full(): boolean {
    return this.alarmRaised;
  }

  /** Bytes that the database may have before it counts as full. */
  get quotaBackendBytes(): number {
    return this.quota;
  }

  append(bytes: number, growth: number): void {
    this.database.write(this.simulation.now, bytes, growth);
    // The alarm stays until it is disarmed, even when space is free again. Source: https://etcd.io/docs/v3.6/op-guide/maintenance/
    if (this.database.total > this.quota) this.setAlarm(true);
    this.length++;
    this.waiting++;
    this.planFlush();
  }

  onCommit(listener: (count: number) => void): void {
    this.commitListener = listener;
  }

  onWritable(listener: (writable: boolean) => void): void {
    this.writableListeners.push(listener);
  }

  /** Called when the alarm of a full database is raised, or taken back. */
  onFull(listener: (full: boolean) => void): void {
    this.fullListeners.push(listener);
  }

  /** The member stops. @throws UnknownEtcdMember */
  lose(name: string): void {
    const member = this.group.find(name);
    if (!member.up) return;
    member.up = false;
    member.voting = false;
    member.lostAt = this.length;
    if (member === this.leading || !this.group.hasQuorum) this.loseLeader();
  }

  /** The member returns, and counts when it has caught up with the log. @throws UnknownEtcdMember */
  restore(name: string): void {
    const member = this.group.find(name);
    if (member.up) return;
    member.up = true;
    this.simulation.after(this.catchUpTime(member), () => {
      if (!member.up || member.voting) return;
      member.voting = true;
      if (this.leading === undefined) this.elect();
    });
  }

  /** Removes the free pages from the file of the database. */
  defragment(): void {
    this.database.defragment(this.simulation.now);
  }

  /** Drops all history of the database. */
  compact(): void {
    this.database.compactAll(this.simulation.now);
  }

  /**
   * Begins anew from a snapshot of so many bytes: what was not committed is lost, and so is an alarm. Members that are up elect a leader.
   */
  recover(bytes: number): void {
    this.waiting = 0;
    this.inFlight = 0;
    this.setAlarm(false);
    this.database.replace(this.simulation.now, bytes);
    for (const member of this.group.all) member.lostAt = this.length;
  }

  /** Takes back the alarm of a full database, which needs room below the quota. */
  disarm(): void {
    if (this.database.total <= this.quota) this.setAlarm(false);
  }

  private setAlarm(raised: boolean): void {
    if (this.alarmRaised === raised) return;
    this.alarmRaised = raised;
    for (const listener of this.fullListeners) listener(raised);
  }

  private catchUpTime(member: Member): SimTime {
    const missed = this.length - member.lostAt;
    const transfer =
      missed > CATCH_UP_ENTRIES ? Math.ceil(this.database.inUse / SNAPSHOT_BYTES_PER_MICROSECOND) : missed * CATCH_UP_PER_ENTRY;
    return this.drawRoundTrip() + transfer + drawFlush(member);
  }

  private drawRoundTrip(): SimTime {
    return wholeMicroseconds(this.roundTrip.sample(this.network));
  }

  private planFlush(): void {
    if (this.flushPlanned || this.leading === undefined || this.waiting === 0) return;
    const { now } = this.simulation;
    if (now >= this.leaderFreeAt) {
      this.flush();
      return;
    }
    this.flushPlanned = true;
    this.simulation.schedule(this.leaderFreeAt - now, this.startFlush);
  }

  /** The leader flushes what waits and sends it to its followers at the same time. */
  private flush(): void {
    if (this.leading === undefined || this.waiting === 0) return;
    const count = this.waiting;
    this.waiting = 0;
    this.inFlight += count;
    const { now } = this.simulation;
    const arrivals: SimTime[] = [];
    for (const member of this.group.all) {
      if (!member.voting) continue;
      const flushTime = drawFlush(member);
      if (member === this.leading) this.leaderFreeAt = now + flushTime;
      arrivals.push(member === this.leading ? flushTime : this.drawRoundTrip() + flushTime);
    }
    arrivals.sort((a, b) => a - b);
    this.lastCommit = Math.max(this.lastCommit, now + arrivals[this.group.quorum - 1]);
    this.simulation.schedule(this.lastCommit - now, this.flushed, count * TERM_MODULUS + (this.currentTerm % TERM_MODULUS));
  }

  private committed(argument: number): void {
    // A batch of a leader that was lost on the way is left to the next leader.
    if (this.leading === undefined || argument % TERM_MODULUS !== this.currentTerm % TERM_MODULUS) return;
    const count = Math.floor(argument / TERM_MODULUS);
    this.inFlight -= count;
    this.commitListener(count);
  }

  private loseLeader(): void {
    if (this.leading !== undefined) {
      this.leading = undefined;
      this.waiting += this.inFlight;
      this.inFlight = 0;
      for (const listener of this.writableListeners) listener(false);
    }
    this.elect();
  }

  private elect(): void {
    if (!this.group.hasQuorum) return;
    const candidates = this.group.voting;
    const { electionTimeout, heartbeatInterval } = this;
    const { winner, duration } = drawElection(
      candidates.length,
      { electionTimeout, heartbeatInterval, roundTrip: () => this.drawRoundTrip(), flush: () => drawFlush(candidates[0]) },
      this.elections,
    );
    const term = ++this.currentTerm;
    this.simulation.after(duration, () => {
      // A member that was lost or came back meanwhile has begun another election.
      if (this.leading !== undefined || this.currentTerm !== term || !this.group.hasQuorum) return;
      if (!candidates[winner].voting) {
        this.elect();
        return;
      }
      this.leading = candidates[winner];
      this.leaderFreeAt = this.simulation.now;
      for (const listener of this.writableListeners) listener(true);
      this.planFlush();
    });
  }
}
