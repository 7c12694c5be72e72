import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/index.js";
import { nodeWithinAllocatable } from "../../../src/cluster/invariants/node-within-allocatable.js";
import type { Change } from "../../../src/control-plane/apiserver/change.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { node, pod } from "../../scheduler/support/objects.js";
import { RecordedChanges } from "./recorded-changes.js";

/** A node with room for one pod, and a way to bind pods of that size to it. */
function smallNode() {
  const observed = new RecordedChanges(nodeWithinAllocatable);
  observed.commit(0, node("worker-1", { cpu: "1", pods: "10" }));
  const bind = (seconds: number, name: string): Change => {
    const waiting: Pod = pod(name, { cpu: "1" });
    observed.commit(seconds, waiting);
    return observed.commit(seconds, { ...waiting, spec: { ...waiting.spec, nodeName: "worker-1" } }, "MODIFIED");
  };
  return { observed, bind };
}

const TOO_MUCH = ["expected pods that request at most 1 of cpu, found 2 of cpu after default/second was bound"];

describe("a pod for which its node has no room", () => {
  it("may not be bound, whether the scheduler has seen the first one's binding or assumes it", () => {
    for (const isDelivered of [true, false]) {
      const { observed, bind } = smallNode();
      const binding = bind(20, "first");
      if (isDelivered) observed.deliver(20, binding, "default-scheduler");
      bind(21, "second");
      expect(observed.found).toEqual(TOO_MUCH);
    }
  });

  it("may be bound where a fault has kept the first one's binding from the scheduler", () => {
    const { observed, bind } = smallNode();
    bind(20, "first");
    observed.lastFault = 20 * SECOND;
    bind(30, "second");
    expect(observed.found).toEqual([]);
  });

  it("may not be bound after a fault if the scheduler was told of the first one", () => {
    const { observed, bind } = smallNode();
    observed.deliver(20, bind(20, "first"), "default-scheduler");
    observed.lastFault = 20 * SECOND;
    bind(30, "second");
    expect(observed.found).toEqual(TOO_MUCH);
  });
});
