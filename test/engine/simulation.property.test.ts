import fc from "fast-check";
import { expect, it } from "vitest";
import { FastPriorityEventQueue } from "../../src/engine/queue/fastpriorityqueue.js";
import { RadixEventQueue } from "../../src/engine/queue/radix-queue.js";
import { type EventId, Simulation } from "../../src/engine/simulation.js";

/** What an event does when it runs: it cancels some event, and schedules others. */
interface Program {
  readonly delay: number;
  readonly isAction: boolean;
  /** Which of the events scheduled so far it cancels, if any. */
  readonly cancels: number | undefined;
  readonly children: readonly Program[];
}

const program: fc.Memo<Program> = fc.memo((depth) =>
  fc.record({
    delay: fc.oneof(fc.constant(0), fc.nat(5), fc.nat(1_000), fc.nat(2 ** 40)),
    isAction: fc.boolean(),
    cancels: fc.option(fc.nat(), { nil: undefined }),
    children: depth > 1 ? fc.array(program(), { maxLength: 4 }) : fc.constant([]),
  }),
);

/** The order of events in the plainest form: the first of the earliest in a list. */
function runPlainly(programs: readonly Program[]): string[] {
  const log: string[] = [];
  const all: { time: number; program: Program; isPending: boolean }[] = [];
  let now = 0;
  const schedule = (next: Program) => all.push({ time: now + next.delay, program: next, isPending: true });
  programs.forEach(schedule);
  for (;;) {
    const earliest = Math.min(...all.filter(({ isPending }) => isPending).map(({ time }) => time));
    const index = all.findIndex(({ time, isPending }) => isPending && time === earliest);
    if (index < 0) return log;
    const event = all[index];
    event.isPending = false;
    now = event.time;
    log.push(`${index} at ${now}`);
    const { cancels, children } = event.program;
    if (cancels !== undefined) {
      const other = all[cancels % all.length];
      log.push(`cancels: ${other.isPending}`);
      other.isPending = false;
    }
    children.forEach(schedule);
  }
}

function runSimulation(simulation: Simulation, programs: readonly Program[]): string[] {
  const log: string[] = [];
  const ids: EventId[] = [];
  const scheduled: Program[] = [];
  const perform = (index: number) => {
    log.push(`${index} at ${simulation.now}`);
    const { cancels, children } = scheduled[index];
    if (cancels !== undefined) log.push(`cancels: ${simulation.cancel(ids[cancels % ids.length])}`);
    children.forEach(schedule);
  };
  const handler = simulation.register(perform);
  const schedule = (next: Program) => {
    const index = scheduled.push(next) - 1;
    ids.push(next.isAction ? simulation.after(next.delay, () => perform(index)) : simulation.schedule(next.delay, handler, index));
  };
  programs.forEach(schedule);
  simulation.run();
  expect(simulation.pending).toBe(0);
  return log;
}

it.each([
  ["RadixEventQueue", () => new RadixEventQueue()],
  ["FastPriorityEventQueue", () => new FastPriorityEventQueue()],
])("a simulation on %s runs, schedules and cancels as a plain list does", (_, createQueue) => {
  fc.assert(
    fc.property(fc.array(program(4), { maxLength: 30, size: "max" }), (programs) => {
      expect(runSimulation(new Simulation({ seed: 1, queue: createQueue() }), programs)).toEqual(runPlainly(programs));
    }),
    { numRuns: 200 },
  );
});
