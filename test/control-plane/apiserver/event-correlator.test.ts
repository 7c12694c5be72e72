import { describe, expect, it } from "vitest";
import type { ObjectReference } from "../../../src/api/types/meta.js";
import type { Event } from "../../../src/api/types/policy.js";
import { EventCorrelator } from "../../../src/control-plane/apiserver/event-correlator.js";
import { HOUR, MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { EPOCH, instantServer } from "./pods.js";

const WEB: ObjectReference = { kind: "Pod", namespace: "default", name: "web", uid: "1" };

function correlator(): {
  readonly record: (now: number, message?: string, regarding?: ObjectReference, reason?: string) => string;
  readonly correlated: EventCorrelator;
} {
  let names = 0;
  const correlated = new EventCorrelator(({ name }) => `${name}.${++names}`);
  const record = (now: number, message = "Back-off", regarding = WEB, reason = "BackOff"): string => {
    const observed = correlated.correlate(now, EPOCH + now, regarding, "Warning", reason, message);
    return observed === undefined ? "dropped" : `${observed.name} x${observed.count} ${observed.message}`;
  };
  return { record, correlated };
}

describe("the client's event correlator", () => {
  it("counts identical events in one Event", () => {
    const { record } = correlator();
    expect([record(0), record(MINUTE), record(2 * MINUTE)]).toEqual(["web.1 x1 Back-off", "web.1 x2 Back-off", "web.1 x3 Back-off"]);
    expect(record(3 * MINUTE, "Started", WEB, "Started")).toBe("web.2 x1 Started");
    expect(record(3 * MINUTE, "Back-off", { ...WEB, uid: "2" })).toBe("web.3 x1 Back-off");
  });

  it("combines events that differ in the message alone, from the tenth within ten minutes", () => {
    const { record } = correlator();
    for (let index = 1; index <= 9; index++) expect(record(index, `message ${index}`)).toBe(`web.${index} x1 message ${index}`);
    expect(record(10, "message 10")).toBe("web.10 x1 (combined from similar events): message 10");
    expect(record(11, "message 11")).toBe("web.10 x2 (combined from similar events): message 11");
    expect(record(11 + 10 * MINUTE + 1, "message 12")).toBe("web.11 x1 message 12");
  });

  it("drops an object's events beyond 25 in a burst, and lets one through each five minutes", () => {
    const { record } = correlator();
    const written = Array.from({ length: 40 }, (_, index) => record(index)).filter((text) => text !== "dropped");
    expect(written).toHaveLength(25);
    expect(record(4 * MINUTE)).toBe("dropped");
    // Events that were dropped have been counted all the same.
    expect(record(5 * MINUTE + SECOND)).toBe("web.1 x42 Back-off");
    expect(record(6 * MINUTE)).toBe("dropped");
  });

  it("forgets what is older than an hour, and beyond 4096 objects the oldest", () => {
    const { record, correlated } = correlator();
    for (let index = 0; index < 5_000; index++) record(index, "Started", { ...WEB, uid: `p${index}` });
    expect(correlated.size).toBe(4_096);
    record(2 * HOUR);
    expect(correlated.size).toBe(1);
  });
});

describe("events", () => {
  it("are stored, raised in count, and expire an hour after the last of their kind", () => {
    const { server, simulation } = instantServer();
    const kubelet = server.connect({ component: "kubelet", user: "system:node:worker-1", host: "worker-1" });
    kubelet.recordEvent(WEB, "Warning", "BackOff", "Back-off restarting failed container");
    simulation.run(90 * SECOND);
    kubelet.recordEvent(WEB, "Warning", "BackOff", "Back-off restarting failed container");
    simulation.run(100 * SECOND);
    expect([...server.objects.list("Event")]).toMatchObject([
      {
        metadata: { namespace: "default" },
        involvedObject: WEB,
        type: "Warning",
        reason: "BackOff",
        source: { component: "kubelet", host: "worker-1" },
        firstTimestamp: EPOCH,
        lastTimestamp: EPOCH + 90 * SECOND,
        count: 2,
      },
    ]);
    simulation.run(HOUR + MINUTE);
    expect(server.objects.count("Event")).toBe(1);
    simulation.run(3 * HOUR);
    expect(server.objects.count("Event")).toBe(0);
  });

  it("take their turn one by one behind the component's other requests, unless they have a limit of their own", () => {
    const { server, simulation } = instantServer();
    const times: Record<string, number[]> = { shared: [], own: [] };
    server.onCommit(({ kind, object, time }) => {
      if (kind === "Event") times[(object as Event).source.component].push(time / SECOND);
    });
    const limit = { user: "test", qps: 1, burst: 1 };
    const shared = server.connect({ component: "shared", ...limit });
    const own = server.connect({ component: "own", ...limit, eventQps: 10, eventBurst: 1 });
    for (const client of [shared, own]) {
      for (const reason of ["A", "B"]) client.recordEvent(WEB, "Normal", reason, "text");
      for (const name of ["a", "b", "c"])
        client.create<"ConfigMap">({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `${name}-${client === own}`, namespace: "default" },
        });
    }
    simulation.run(MINUTE);
    // The first event goes at once and takes the only token; three other requests are before the second.
    expect(times).toEqual({ shared: [0, 4], own: [0, 0.1] });
  });

  it("that have expired are written anew", () => {
    const { server, simulation } = instantServer();
    const client = server.connect({ component: "kubelet", user: "test" });
    client.recordEvent(WEB, "Warning", "BackOff", "Back-off");
    simulation.run(SECOND);
    const [first] = server.objects.list("Event");
    server.connect({ component: "kubectl", user: "test" }).delete({ kind: "Event", namespace: "default", name: first.metadata.name });
    simulation.run(2 * SECOND);
    expect(server.objects.count("Event")).toBe(0);
    client.recordEvent(WEB, "Warning", "BackOff", "Back-off");
    simulation.run(3 * SECOND);
    expect([...server.objects.list("Event")]).toMatchObject([{ count: 2 }]);
  });

  it("may be announced to recorders only", () => {
    const { server, simulation } = instantServer({ events: "announced" });
    const told: string[] = [];
    server.onCommit(({ type, kind, object }) => {
      if (kind === "Event") told.push(`${type} ${(object as Event).reason} ${(object as Event).count}`);
    });
    const scheduler = server.connect({ component: "default-scheduler", user: "system:kube-scheduler" });
    scheduler.recordEvent(WEB, "Normal", "Scheduled", "Successfully assigned default/web to worker-1");
    scheduler.recordEvent(WEB, "Normal", "Scheduled", "Successfully assigned default/web to worker-1");
    simulation.run(SECOND);
    expect(told).toEqual(["ADDED Scheduled 1", "MODIFIED Scheduled 2"]);
    expect(server.objects.count("Event")).toBe(0);
  });
});
