import { describe, expect, it } from "vitest";
import { NONE } from "../../../src/engine/queue/event-queue.js";
import { EventTable } from "../../../src/engine/queue/event-table.js";

describe("EventTable", () => {
  it("retires a slot whose generations are used up, rather than give an id twice", () => {
    const table = new EventTable(64, 4);
    const ids = new Set<number>();
    for (let i = 0; i < 1_000; i++) {
      const slot = table.allocate(1, i);
      const id = table.idOf(slot);
      ids.add(id);
      table.release(slot);
      expect(table.cancel(id)).toBe(NONE);
    }
    expect(ids.size).toBe(1_000);
    // Three lives a slot: generations 1, 2 and 3.
    expect(table.slots).toBe(Math.ceil(1_000 / 3));
  });

  it("says so when more events are pending than ids can tell apart", () => {
    const table = new EventTable(2, undefined, 7);
    for (let i = 0; i < 7; i++) table.allocate(1, i);
    expect(() => table.allocate(1, 7)).toThrow("more than 7 events are pending: a component schedules events without end");
    table.release(3);
    expect(table.allocate(1, 7)).toBe(3);
  });

  it("uses freed slots again", () => {
    const table = new EventTable();
    const slots = Array.from({ length: 100 }, (_, i) => table.allocate(1, i));
    for (const slot of slots) table.release(slot);
    for (let i = 0; i < 1_000; i++) table.release(table.allocate(1, i));
    expect(table.slots).toBe(100);
  });

  it("keeps what belongs to each event while it grows", () => {
    const table = new EventTable(2);
    const slots = Array.from({ length: 1_000 }, (_, i) => table.allocate(i, i / 3));
    for (const [i, slot] of slots.entries()) expect([table.handler(slot), table.argument(slot)]).toEqual([i, i / 3]);
  });
});
