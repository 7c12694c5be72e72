import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/pod.js";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";

const EPOCH = 1_700_000_000 * SECOND;

function podNamed(name: string): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default" }, spec: { containers: [{ name: "web", image: "nginx:1.27" }] } };
}

describe("a pod's way through the API server", () => {
  it("is stored, watched, bound and removed", () => {
    const simulation = new Simulation({ seed: 1 });
    const server = new ApiServer({ simulation, epoch: EPOCH });
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const kubelet = server.informers({ component: "kubelet", host: "worker-1", podsOfNode: "worker-1" }).informer("Pod");
    const all = server.informers({ component: "default-scheduler" }).informer("Pod");
    const seen: string[] = [];
    kubelet.addHandlers({
      added: (pod) => seen.push(`added ${pod.metadata.name}`),
      updated: (_, pod) => seen.push(`updated ${pod.metadata.name} ${pod.metadata.deletionGracePeriodSeconds ?? ""}`),
      deleted: (pod) => seen.push(`deleted ${pod.metadata.name}`),
    });
    client.create(podNamed("web"), (created) => {
      expect(created).toMatchObject({ ok: true, object: { metadata: { name: "web", generation: 1 }, status: { phase: "Pending", qosClass: "BestEffort" } } });
      client.bind({ kind: "Pod", namespace: "default", name: "web" }, "worker-1", (bound) => {
        expect(bound.ok).toBe(true);
        client.bind({ kind: "Pod", namespace: "default", name: "web" }, "worker-2", (again) => {
          expect(again).toMatchObject({
            ok: false,
            status: { code: 409, message: 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "worker-1"' },
          });
        });
      });
    });
    simulation.run(SECOND);
    expect(all.get("default/web")?.spec.nodeName).toBe("worker-1");
    client.delete({ kind: "Pod", namespace: "default", name: "web" });
    simulation.run(2 * SECOND);
    expect(all.get("default/web")?.metadata.deletionTimestamp).toBe(EPOCH + 31 * SECOND);
    client.delete({ kind: "Pod", namespace: "default", name: "web" }, { gracePeriodSeconds: 0 });
    simulation.run(3 * SECOND);
    expect(all.size).toBe(0);
    expect(seen).toEqual(["added web", "updated web 30", "deleted web"]);
  });
});
