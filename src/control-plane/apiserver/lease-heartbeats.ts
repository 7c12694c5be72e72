/**
 * {@link NodeHeartbeats} over {@link HostLinks}: renewals arrive while the node's own machine reaches the API server, and while
 * etcd takes writes.
 */
import type { SimTime, Simulation } from "../../engine/simulation.js";
import { SECOND } from "../../engine/simulation.js";
import type { NodeHeartbeats } from "./heartbeats.js";
import type { WriteLog } from "../etcd/write-log.js";
import type { HostLinks } from "./host-links.js";

/**
 * A renewal that meets an etcd without leader waits this long and goes through where a leader is found meanwhile; so an election costs
 * no renewal. Source: the time-out of etcd's proposals, go.etcd.io/etcd/server/config ReqTimeout.
 */
const ETCD_PATIENCE: SimTime = 7 * SECOND;

interface Renewal {
  first: SimTime;
  period: SimTime;
  /** Renewals are being sent. */
  sending: boolean;
  /** Time of the last renewal that arrived before sending or the link last ended. */
  lastBefore: SimTime | undefined;
  /** The link came back at this time; only renewals from then on count. */
  arrivingSince: SimTime;
  /** Sent and arriving. */
  arriving: boolean;
}

export class LeaseHeartbeats implements NodeHeartbeats {
  private readonly renewals = new Map<string, Renewal>();
  private readonly listeners: ((node: string) => void)[] = [];
  private rate = 0;
  /** Number of the present time without etcd leader, if it is one. */
  private outage = 0;
  /** Renewals are lost because etcd takes no writes. */
  private refused = false;

  /**
   * @param links machines are named as their nodes
   * @param etcd absent where it never fails
   */
  constructor(
    private readonly simulation: Simulation,
    private readonly links: HostLinks,
    etcd?: Pick<WriteLog, "onWritable">,
  ) {
    links.onChange((host) => {
      this.settle(host);
    });
    etcd?.onWritable((writable) => {
      this.outage++;
      if (writable) this.refuse(false, simulation.now);
      else this.refuseLater(this.outage, simulation.now);
    });
  }

  get requestsPerSecond(): number {
    return this.rate;
  }

  renew(node: string, first: SimTime, period: SimTime): void {
    if (!(period > 0)) throw new RangeError(`lease renewals of node ${node} need a period above 0 µs, not ${period}`);
    const known = this.renewals.get(node);
    const lastBefore = known === undefined ? undefined : this.lastOf(known, this.simulation.now);
    if (known?.arriving === true) this.count(known, false);
    const renewal: Renewal = { first, period, sending: true, lastBefore, arrivingSince: first, arriving: false };
    this.renewals.set(node, renewal);
    this.settle(node, known?.arriving === true);
  }

  cease(node: string): void {
    const renewal = this.renewals.get(node);
    if (renewal === undefined) return;
    renewal.lastBefore = this.lastOf(renewal, this.simulation.now);
    renewal.sending = false;
    this.settle(node);
  }

  lastRenewal(node: string, now: SimTime): SimTime | undefined {
    const renewal = this.renewals.get(node);
    return renewal === undefined ? undefined : this.lastOf(renewal, now);
  }

  isRenewing(node: string): boolean {
    return this.renewals.get(node)?.arriving === true;
  }

  onChange(listener: (node: string) => void): void {
    this.listeners.push(listener);
  }

  private refuseLater(outage: number, since: SimTime): void {
    this.simulation.after(ETCD_PATIENCE, () => {
      if (this.outage === outage) this.refuse(true, since);
    });
  }

  private refuse(refused: boolean, since: SimTime): void {
    if (this.refused === refused) return;
    this.refused = refused;
    for (const node of this.renewals.keys()) this.settle(node, undefined, since);
  }

  /** @param since when renewals began or ended to arrive, where they do */
  private settle(node: string, wasArriving?: boolean, since: SimTime = this.simulation.now): void {
    const renewal = this.renewals.get(node);
    if (renewal === undefined) return;
    const before = wasArriving ?? renewal.arriving;
    const arriving = renewal.sending && this.links.isUp(node) && !this.refused;
    if (renewal.arriving !== arriving) {
      if (arriving) renewal.arrivingSince = Math.max(renewal.first, since);
      else renewal.lastBefore = this.lastOf(renewal, since);
      this.count(renewal, arriving);
    }
    if (before !== arriving) for (const listener of this.listeners) listener(node);
  }

  private count(renewal: Renewal, arriving: boolean): void {
    renewal.arriving = arriving;
    this.rate += (arriving ? SECOND : -SECOND) / renewal.period;
  }

  private lastOf(renewal: Renewal, now: SimTime): SimTime | undefined {
    if (!renewal.arriving || now < renewal.first) return renewal.lastBefore;
    const last = now - ((now - renewal.first) % renewal.period);
    return last >= renewal.arrivingSince ? last : renewal.lastBefore;
  }
}
