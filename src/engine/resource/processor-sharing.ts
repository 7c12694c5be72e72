/**
 * A machine whose cores are shared evenly by what is under way (egalitarian processor sharing): each job gets a core while there are
 * no more jobs than cores, and an equal part of them all otherwise.
 *
 * Source: Kleinrock, Queueing Systems, volume 2, section 4.4.
 */
import type { EventId, HandlerId, Simulation, SimTime } from "../simulation.js";

interface Job {
  /** Work that each job which is there from the start would have had by the time this one is done, microseconds of one core. */
  readonly finish: number;
  readonly done: HandlerId;
  readonly argument: number;
}

export class ProcessorSharing {
  /** By what they still need, least first; those that need the same in the order in which they came. */
  private readonly jobs: Job[] = [];
  /** What a job that was there from the start has got by {@link countedAt}. */
  private share = 0;
  private countedAt: SimTime = 0;
  private next: EventId | undefined;
  private readonly look: HandlerId;

  /** @param cores above 0 */
  constructor(
    private readonly simulation: Simulation,
    private readonly cores: number,
  ) {
    this.look = simulation.register(() => {
      this.next = undefined;
      this.finishDue();
    });
  }

  /**
   * Begins a job.
   *
   * @param work microseconds that it takes with a core of its own
   * @param done called with the argument when it is done
   */
  start(work: SimTime, done: HandlerId, argument: number): void {
    this.count();
    const finish = this.share + work;
    let place = this.jobs.length;
    while (place > 0 && this.jobs[place - 1].finish > finish) place--;
    this.jobs.splice(place, 0, { finish, done, argument });
    this.plan();
  }

  private get rate(): number {
    return Math.min(1, this.cores / this.jobs.length);
  }

  private count(): void {
    const { now } = this.simulation;
    if (this.jobs.length > 0) this.share += (now - this.countedAt) * this.rate;
    this.countedAt = now;
  }

  private plan(): void {
    if (this.next !== undefined) this.simulation.cancel(this.next);
    this.next = undefined;
    if (this.jobs.length === 0) return;
    const wait = Math.max(0, Math.ceil((this.jobs[0].finish - this.share) / this.rate));
    this.next = this.simulation.schedule(wait, this.look);
  }

  private finishDue(): void {
    this.count();
    while (this.jobs.length > 0 && this.jobs[0].finish <= this.share) {
      const { done, argument } = this.jobs.shift()!;
      this.simulation.schedule(0, done, argument);
    }
    this.plan();
  }
}
