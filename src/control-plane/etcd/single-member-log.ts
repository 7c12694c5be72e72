/** An etcd of one member that never fails: an entry is committed when it has been flushed to disk; entries that come meanwhile share the next flush. */
import type { Distribution } from "../../engine/distribution.js";
import type { RandomStream } from "../../engine/random.js";
import type { HandlerId, Simulation } from "../../engine/simulation.js";
import type { WriteLog } from "./write-log.js";

export class SingleMemberLog implements WriteLog {
  readonly writable = true;
  private readonly stream: RandomStream;
  private readonly flushed: HandlerId;
  private listener: (count: number) => void = () => undefined;
  private waiting = 0;
  private flushing = 0;

  /** @param flush duration of a flush to disk, in microseconds */
  constructor(
    private readonly simulation: Simulation,
    private readonly flush: Distribution,
  ) {
    this.stream = simulation.stream("etcd/fsync");
    this.flushed = simulation.register((count) => {
      this.flushing = 0;
      this.listener(count);
      this.startFlush();
    });
  }

  append(): void {
    this.waiting++;
    this.startFlush();
  }

  onCommit(listener: (count: number) => void): void {
    this.listener = listener;
  }

  onWritable(): void {
    // It always takes writes.
  }

  private startFlush(): void {
    if (this.flushing > 0 || this.waiting === 0) return;
    this.flushing = this.waiting;
    this.waiting = 0;
    this.simulation.schedule(Math.max(0, Math.round(this.flush.sample(this.stream))), this.flushed, this.flushing);
  }
}
