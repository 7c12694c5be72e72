import { describe, expect, it } from "vitest";
import type { Node } from "../../src/api/types/index.js";
import { nodeChanges } from "../../src/scheduler/event-handlers.js";
import * as events from "../../src/scheduler/framework/events.js";

const NODE: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "worker-1", labels: { zone: "a" }, annotations: {} },
  spec: {},
  status: { allocatable: { cpu: "4" }, conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: 1 }] },
};

function withSpec(spec: Node["spec"]): Node {
  return { ...NODE, spec };
}

describe("changes of a node that may help a waiting pod", () => {
  it("are that it takes pods again, but not that it takes none any more", () => {
    const cordoned = withSpec({ unschedulable: true });
    expect(nodeChanges(NODE, cordoned)).toBe(0);
    expect(nodeChanges(cordoned, NODE)).toBe(events.UPDATE_NODE_TAINT);
  });

  it("are other taints, whether they come or go", () => {
    const tainted = withSpec({ taints: [{ key: "maintenance", effect: "NoSchedule" }] });
    expect(nodeChanges(NODE, tainted)).toBe(events.UPDATE_NODE_TAINT);
    expect(nodeChanges(tainted, NODE)).toBe(events.UPDATE_NODE_TAINT);
  });

  it("are what differs, not what was only written anew", () => {
    const copy = JSON.parse(JSON.stringify(NODE)) as Node;
    expect(nodeChanges(NODE, copy)).toBe(0);
    expect(nodeChanges(NODE, withSpec({ taints: [] }))).toBe(0);
    expect(nodeChanges(NODE, { ...NODE, metadata: { name: "worker-1", labels: { zone: "b" } } })).toBe(events.UPDATE_NODE_LABEL);
  });

  it("are the truth of conditions, not the time of a heartbeat", () => {
    const later: Node = { ...NODE, status: { ...NODE.status, conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: 2 }] } };
    const unready: Node = { ...NODE, status: { ...NODE.status, conditions: [{ type: "Ready", status: "False" }] } };
    expect(nodeChanges(NODE, later)).toBe(0);
    expect(nodeChanges(NODE, unready)).toBe(events.UPDATE_NODE_CONDITION);
  });
});
