import { expect, it } from "vitest";
import type { PersistentVolumeClaim } from "../../../src/api/types/index.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import { FakeApiServer } from "../support/fake-api-server.js";
import { node, pod } from "../support/objects.js";

// Upstream: IsDelayBindingMode takes a class that is not there for one that does not wait for the first consumer.
it("holds a pod back whose claim names a storage class that is not there, as one whose claim is still to be bound", () => {
  const simulation = new Simulation({ seed: 1 });
  const server = new FakeApiServer(simulation);
  new Scheduler({ simulation, epoch: 0, client: server.client, informers: server.informers }).start();
  server.put(node("a"));
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "nowhere", resources: { requests: { storage: "1Gi" } } },
  };
  server.put(claim);
  server.put(pod("web", {}, { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] }));
  simulation.run(SECOND);
  expect(server.get("Pod", "default/web")?.status?.conditions).toMatchObject([
    { reason: "Unschedulable", message: expect.stringContaining("pod has unbound immediate PersistentVolumeClaims") as string },
  ]);
});
