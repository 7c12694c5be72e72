/**
 * A node's connection tracking table, as counts: entries of open connections, and of closed ones until they expire.
 *
 * Expiry is counted in whole seconds, so that a million connections need no event and no memory of their own.
 */
import { SECOND, type SimTime } from "../engine/simulation.js";

/** How long a closed TCP connection stays in the table (TIME_WAIT), seconds. Source: kernel's nf_conntrack_tcp_timeout_time_wait. */
export const TIME_WAIT_SECONDS = 120;

/** Bounds of kube-proxy's table size. Source: KubeProxyConfiguration conntrack.min, conntrack.maxPerCore. */
export const CONNTRACK_MIN = 131_072;
export const CONNTRACK_MAX_PER_CORE = 32_768;

/** Largest table that the model allows. Source: ../shared/reference/network-costs.md, section 6. */
export const CONNTRACK_CAP = 1_048_576;

/** Size of the table that kube-proxy sets on a machine. */
export function conntrackMax(cores: number): number {
  return Math.min(CONNTRACK_CAP, Math.max(CONNTRACK_MIN, CONNTRACK_MAX_PER_CORE * Math.floor(cores)));
}

export class ConntrackTable {
  private readonly expiring = new Int32Array(TIME_WAIT_SECONDS + 1);
  private waiting = 0;
  private opened = 0;
  private second = 0;
  private dropped = 0;
  private cleared = 0;

  constructor(public max: number) {}

  /** Entries at a time that is not before the last one asked for. */
  entries(now: SimTime): number {
    this.expire(now);
    return this.opened + this.waiting;
  }

  /** Connections that found the table full. */
  get drops(): number {
    return this.dropped;
  }

  /** Number of times that the table was cleared: an entry is gone when it was made under another number. */
  get generation(): number {
    return this.cleared;
  }

  /** Enters a new connection; false where the table is full: the kernel then drops the packet. */
  open(now: SimTime): boolean {
    this.expire(now);
    if (this.opened + this.waiting >= this.max) {
      this.dropped++;
      return false;
    }
    this.opened++;
    return true;
  }

  /** A connection that was opened under that generation ended: its entry stays for TIME_WAIT. */
  close(now: SimTime, generation: number): void {
    if (generation !== this.cleared) return;
    this.expire(now);
    this.opened--;
    this.expiring[(this.second + TIME_WAIT_SECONDS) % this.expiring.length]++;
    this.waiting++;
  }

  /** All entries are gone, as after a restart of the machine. */
  clear(): void {
    this.expiring.fill(0);
    this.waiting = 0;
    this.opened = 0;
    this.cleared++;
  }

  private expire(now: SimTime): void {
    const second = Math.floor(now / SECOND);
    if (second === this.second) return;
    const steps = Math.min(second - this.second, this.expiring.length);
    for (let step = 1; step <= steps; step++) {
      const slot = (this.second + step) % this.expiring.length;
      this.waiting -= this.expiring[slot];
      this.expiring[slot] = 0;
    }
    this.second = second;
  }
}
