import { describe, expect, it } from "vitest";
import { SECOND } from "../../../../src/engine/simulation.js";
import { event, NOW, textOf } from "./description-text.js";

describe("the events of a description", () => {
  it("are <none>", () => {
    expect(textOf({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" } }, {}, [])).toMatch(/\nEvents: {2}<none>$/);
  });

  it("show the latest last, and a repeated one with its count and both ages", () => {
    const text = textOf({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "a" } }, {}, [
      event({
        type: "Warning",
        reason: "BackOff",
        message: "Back-off restarting failed container main in pod web-1",
        source: { component: "kubelet", host: "worker-1" },
        firstTimestamp: NOW - 130 * SECOND,
        lastTimestamp: NOW - 5 * SECOND,
        count: 3,
      }),
      event({ firstTimestamp: NOW - 200 * SECOND, lastTimestamp: NOW - 200 * SECOND }),
    ]);
    expect(text.slice(text.indexOf("Events:"))).toBe(`Events:
  Type     Reason     Age                 From               Message
  ----     ------     ----                ----               -------
  Normal   Scheduled  3m20s               default-scheduler  Successfully assigned default/web-1 to worker-1
  Warning  BackOff    5s (x3 over 2m10s)  kubelet            Back-off restarting failed container main in pod web-1`);
  });
});
