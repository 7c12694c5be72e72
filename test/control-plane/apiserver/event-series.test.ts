import { describe, expect, it } from "vitest";
import { EventSeries } from "../../../src/control-plane/apiserver/event-series.js";
import { MINUTE } from "../../../src/engine/simulation.js";

const POD = { kind: "Pod", namespace: "default", name: "big", uid: "1", resourceVersion: "5" };

function seriesOf(): (regarding: typeof POD, message: string, now?: number) => number | undefined {
  let names = 0;
  const series = new EventSeries(() => `event-${++names}`);
  return (regarding, message, now = 0) => series.correlate(now, 0, regarding, "Warning", "FailedScheduling", message)?.count;
}

describe("events of a component that speaks events.k8s.io/v1", () => {
  it("make a series of the second about an unchanged object, and are only counted after that", () => {
    const record = seriesOf();
    expect([record(POD, "a"), record(POD, "b"), record(POD, "a")]).toEqual([1, 2, undefined]);
  });

  it("are new where the object has changed, however many there are", () => {
    const record = seriesOf();
    const counts = Array.from({ length: 100 }, (_, version) => record({ ...POD, resourceVersion: String(version) }, "a"));
    expect(new Set(counts)).toEqual(new Set([1]));
  });

  it("are new when the last was heard of more than six minutes ago", () => {
    const record = seriesOf();
    expect([record(POD, "a"), record(POD, "a", 6 * MINUTE + 1)]).toEqual([1, 1]);
  });
});
