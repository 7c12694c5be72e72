/**
 * The hold model (Jones 1986, "An empirical comparison of priority-queue and event-set implementations"): N events are pending; the earliest is popped and pushed back
 * later by an exponential time, again and again. One operation is a pop and a push.
 *
 * The queues take turns in short rounds, so that noise of the machine hits all of them; the figures are those of each queue's best round. The npm package is measured
 * alone, with event objects and a comparison of (time, sequence), and behind the engine's interface, where it also offers cancellation.
 */
import FastPriorityQueue from "fastpriorityqueue";
import type { EventQueue } from "../../src/engine/queue/event-queue.js";
import { FastPriorityEventQueue } from "../../src/engine/queue/fastpriorityqueue.js";
import { RadixEventQueue } from "../../src/engine/queue/radix-queue.js";
import { RandomStreams } from "../../src/engine/random.js";
import { exponential } from "../../src/engine/distribution-families.js";
import { SECOND } from "../../src/engine/simulation.js";
import { type Benchmark, refuseOptions } from "../benchmark.js";

const PENDING = [1_000, 100_000, 1_000_000];
const ROUNDS = 25;
const ROUND_MS = 80;
/** Operations between two looks at the clock. */
const BATCH = 10_000;

/** Times by which events are put off, drawn before the clock starts. */
const MASK = 65_535;
const PUT_OFF = Float64Array.from({ length: MASK + 1 }, () => 0);

function drawTimes(): void {
  const stream = new RandomStreams("hold", 0).stream("put-off");
  const times = exponential(SECOND);
  for (let i = 0; i < PUT_OFF.length; i++) PUT_OFF[i] = Math.round(times.sample(stream));
}

/** Holds events of one queue, and goes on where it stood. */
interface Holder {
  readonly name: string;
  hold(operations: number): void;
}

class EventQueueHolder implements Holder {
  private next = 0;

  constructor(
    readonly name: string,
    private readonly queue: EventQueue,
    pending: number,
  ) {
    for (let i = 0; i < pending; i++) queue.push(PUT_OFF[i & MASK] + (i % 997) * 100, 0, 0);
  }

  hold(operations: number): void {
    const { queue } = this;
    const end = this.next + operations;
    for (let i = this.next; i < end; i++) {
      queue.pop(Number.POSITIVE_INFINITY);
      queue.push(PUT_OFF[i & MASK], 0, 0);
    }
    this.next = end;
  }
}

interface Entry {
  readonly time: number;
  readonly sequence: number;
}

class FastPriorityQueueHolder implements Holder {
  readonly name = "npm fastpriorityqueue";
  private readonly queue = new FastPriorityQueue<Entry>((a, b) => a.time < b.time || (a.time === b.time && a.sequence < b.sequence));
  private next: number;

  constructor(pending: number) {
    for (let i = 0; i < pending; i++) this.queue.add({ time: PUT_OFF[i & MASK] + (i % 997) * 100, sequence: i });
    this.next = pending;
  }

  hold(operations: number): void {
    const { queue } = this;
    const end = this.next + operations;
    for (let i = this.next; i < end; i++) {
      const { time } = queue.poll()!;
      queue.add({ time: time + PUT_OFF[i & MASK], sequence: i });
    }
    this.next = end;
  }
}

/** Operations a second of one round. */
function round(holder: Holder): number {
  const start = performance.now();
  let operations = 0;
  let elapsed = 0;
  do {
    holder.hold(BATCH);
    operations += BATCH;
    elapsed = performance.now() - start;
  } while (elapsed < ROUND_MS);
  return (operations / elapsed) * 1_000;
}

export const hold: Benchmark = {
  name: "hold",
  description: "event queues in the hold model, operations a second",
  run(args) {
    refuseOptions("hold", args);
    drawTimes();
    return PENDING.flatMap((pending) => {
      const holders = [
        new FastPriorityQueueHolder(pending),
        new EventQueueHolder("FastPriorityEventQueue", new FastPriorityEventQueue(), pending),
        new EventQueueHolder("RadixEventQueue (default)", new RadixEventQueue(), pending),
      ];
      const best = holders.map(() => 0);
      for (let i = 0; i < ROUNDS; i++) for (const [j, holder] of holders.entries()) best[j] = Math.max(best[j], round(holder));
      return holders.map(({ name }, j) => ({
        queue: name,
        pending,
        ops_per_s: Math.round(best[j]),
        ratio_to_fastpriorityqueue: Number((best[j] / best[0]).toFixed(2)),
      }));
    });
  },
};
