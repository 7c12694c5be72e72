/**
 * Leader election among equal processes of which one works at a time: kube-scheduler and kube-controller-manager on each control-plane
 * machine. The leader renews a Lease; where it cannot for the renew deadline, its process ends; where nobody has renewed for the lease's
 * duration, another candidate takes it at its next look.
 *
 * A renewal that succeeds changes nothing and is no event; what is scheduled is the moment at which one would have to have succeeded.
 * Source: k8s.io/client-go/tools/leaderelection, https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
 */
import type { RandomStream } from "../engine/random.js";
import { SECOND, type EventId, type SimTime, type Simulation } from "../engine/simulation.js";

/** Defaults of --leader-elect-lease-duration, --leader-elect-renew-deadline and --leader-elect-retry-period. */
export interface LeaderElectionTimes {
  readonly leaseDuration: SimTime;
  readonly renewDeadline: SimTime;
  readonly retryPeriod: SimTime;
}

export const LEADER_ELECTION_DEFAULTS: LeaderElectionTimes = {
  leaseDuration: 15 * SECOND,
  renewDeadline: 10 * SECOND,
  retryPeriod: 2 * SECOND,
};

/** What runs while a candidate leads. */
export interface LeadingProcess {
  stop(): void;
}

export interface LeaderElectionOptions extends Partial<LeaderElectionTimes> {
  readonly simulation: Simulation;
  /** Name of the Lease, such as kube-scheduler. */
  readonly name: string;
  /** Machines of the candidates; undefined for one outside the cluster. */
  readonly candidates: readonly (string | undefined)[];
  /** Whether a candidate on that machine can write to the API server. */
  readonly canWrite: (host: string | undefined) => boolean;
  /** Begins the work of a candidate that has been elected, in a process without memories. */
  readonly lead: (host: string | undefined) => LeadingProcess;
}

/** The Lease of an election as it is stored: whoever holds it, or held it last. */
export interface HeldLease {
  readonly name: string;
  readonly host: string | undefined;
  readonly acquired: SimTime;
  readonly renewed: SimTime;
  /** How often it has gone from one to another. */
  readonly transitions: number;
  readonly duration: SimTime;
}

export class LeaderElection {
  private readonly times: LeaderElectionTimes;
  private readonly looks: RandomStream;
  private leader: { readonly host: string | undefined; readonly process: LeadingProcess; readonly since: SimTime } | undefined;
  private lastRenewal: SimTime | undefined;
  private surrender: EventId | undefined;
  private nextLook: EventId | undefined;
  private held: { readonly host: string | undefined; readonly since: SimTime; readonly transitions: number } | undefined;

  constructor(private readonly options: LeaderElectionOptions) {
    const { leaseDuration, renewDeadline, retryPeriod } = { ...LEADER_ELECTION_DEFAULTS, ...options };
    this.times = { leaseDuration, renewDeadline, retryPeriod };
    this.looks = options.simulation.stream(`leader-election/${options.name}`);
  }

  /** Machine of the leader; undefined where nobody leads. */
  get leaderHost(): string | undefined {
    return this.leader?.host;
  }

  /** Undefined before anybody was elected. */
  get lease(): HeldLease | undefined {
    if (this.held === undefined) return undefined;
    const { simulation, name } = this.options;
    const { host, since, transitions } = this.held;
    const { retryPeriod, leaseDuration } = this.times;
    const renewed = this.lastRenewal ?? simulation.now - ((simulation.now - since) % retryPeriod);
    return { name, host, acquired: since, renewed, transitions, duration: leaseDuration };
  }

  get hasLeader(): boolean {
    return this.leader !== undefined;
  }

  /** The first candidate leads, as one that was elected before the run. */
  start(): void {
    this.elect(this.options.candidates[0]);
  }

  /** To be called whenever the answer of canWrite may have changed. */
  reachabilityChanged(): void {
    const { simulation, canWrite } = this.options;
    if (this.leader === undefined) {
      this.lookSoon();
      return;
    }
    const renews = canWrite(this.leader.host);
    if (renews && this.lastRenewal !== undefined) {
      // In time: nobody has noticed.
      this.lastRenewal = undefined;
      this.cancelPlans();
    } else if (!renews && this.lastRenewal === undefined) {
      const { retryPeriod, renewDeadline } = this.times;
      this.lastRenewal = simulation.now - ((simulation.now - this.leader.since) % retryPeriod);
      this.surrender = simulation.at(this.lastRenewal + renewDeadline, () => this.giveUp());
      this.lookSoon();
    }
  }

  /** The leader's process ends; it stands for election again when it has been restarted. */
  private giveUp(): void {
    this.surrender = undefined;
    this.leader?.process.stop();
    this.leader = undefined;
    this.lookSoon();
  }

  private lookSoon(): void {
    if (this.nextLook !== undefined) return;
    const { simulation } = this.options;
    const expiry = this.lastRenewal === undefined ? simulation.now : Math.max(simulation.now, this.lastRenewal + this.times.leaseDuration);
    this.nextLook = simulation.at(expiry + this.looks.integer(this.times.retryPeriod), () => {
      this.nextLook = undefined;
      const candidates = this.options.candidates.filter((host) => this.options.canWrite(host));
      // Whose look comes first is chance; where nobody can write, the next change of reachability looks again.
      if (candidates.length > 0) this.elect(candidates[this.looks.integer(candidates.length)]);
    });
  }

  private elect(host: string | undefined): void {
    this.cancelPlans();
    this.leader?.process.stop();
    this.lastRenewal = undefined;
    const isSame = this.held === undefined || this.held.host === host;
    this.held = { host, since: this.options.simulation.now, transitions: (this.held?.transitions ?? 0) + (isSame ? 0 : 1) };
    this.leader = { host, process: this.options.lead(host), since: this.options.simulation.now };
  }

  private cancelPlans(): void {
    for (const event of [this.surrender, this.nextLook]) if (event !== undefined) this.options.simulation.cancel(event);
    this.surrender = this.nextLook = undefined;
  }
}
