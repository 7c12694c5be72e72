import { describe, expect, it } from "vitest";
import { SECOND } from "../../../src/engine/simulation.js";
import { instantServer, pod } from "./pods.js";

describe("a snapshot", () => {
  it("brings back what was stored, and informers learn of it", () => {
    const { server, simulation } = instantServer();
    const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
    const informer = server.informers({ component: "observer" }).informer("Pod");
    const target = (name: string) => ({ kind: "Pod", namespace: "default", name }) as const;
    for (const name of ["kept", "changed", "deleted"]) client.create<"Pod">(pod(name));
    simulation.run(SECOND);
    const uid = (name: string): string | undefined => server.objects.get("Pod", "default", name)?.metadata.uid;
    const uids = ["kept", "changed", "deleted"].map(uid);
    const before = server.snapshot();

    client.patch<"Pod">(target("changed"), (current) => ({ ...current, metadata: { ...current.metadata, labels: { a: "b" } } }));
    client.delete(target("deleted"));
    client.create<"Pod">(pod("younger"));
    simulation.run(2 * SECOND);
    const { revision } = server.objects;
    server.restore(before);
    simulation.run(3 * SECOND);

    expect(["kept", "changed", "deleted"].map(uid)).toEqual(uids);
    expect(server.objects.get("Pod", "default", "changed")?.metadata.labels).toBeUndefined();
    expect(uid("younger")).toBeUndefined();
    expect(server.objects.revision).toBeGreaterThan(revision);
    expect(new Set(informer.list())).toEqual(new Set(server.objects.list("Pod")));
  });
});
