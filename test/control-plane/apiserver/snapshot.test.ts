import { describe, expect, it } from "vitest";
import { MINUTE, SECOND } from "../../../src/engine/simulation.js";
import { instantServer, pod } from "./pods.js";

const GONE = 410;

/** A server with three pods and a snapshot of them, of which one was changed and one deleted since, and a younger one. */
function changedServer() {
  const { server, simulation } = instantServer();
  const client = server.connect({ component: "kubectl", user: "kubernetes-admin" });
  const informer = server.informers({ component: "observer", host: "worker-1" }).informer("Pod");
  const target = (name: string) => ({ kind: "Pod", namespace: "default", name }) as const;
  for (const name of ["kept", "changed", "deleted"]) client.create<"Pod">(pod(name));
  simulation.run(SECOND);
  const stored = (name: string) => server.objects.get("Pod", "default", name);
  const before = ["kept", "changed", "deleted"].map(stored);
  const snapshot = server.snapshot();
  client.patch<"Pod">(target("changed"), (current) => ({ ...current, metadata: { ...current.metadata, labels: { a: "b" } } }));
  client.delete(target("deleted"));
  client.create<"Pod">(pod("younger"));
  simulation.run(2 * SECOND);
  return { server, simulation, client, informer, stored, before, snapshot };
}

describe("a snapshot", () => {
  it("brings back what was stored, versions and all", () => {
    const { server, stored, before, snapshot } = changedServer();
    server.restore(snapshot);
    expect(["kept", "changed", "deleted"].map(stored)).toEqual(before);
    expect(stored("younger")).toBeUndefined();
    expect(server.objects.revision).toBe(snapshot.revision);
  });

  it("makes watches list anew where revisions go on above all that was told, and what lies before is compacted", () => {
    const { server, simulation, informer, snapshot } = changedServer();
    const told: string[] = [];
    informer.addHandlers({
      updated: (_, { metadata }) => told.push(`updated ${metadata.name}`),
      added: ({ metadata }) => told.push(`added ${metadata.name}`),
      deleted: ({ metadata }) => told.push(`deleted ${metadata.name}`),
    });
    told.length = 0;
    server.restore(snapshot, { bumpRevision: 1_000_000, markCompacted: true });
    expect(informer.isFollowing).toBe(false);
    simulation.run(3 * SECOND);
    expect(told.sort()).toEqual(["added deleted", "deleted younger", "updated changed"]);
    expect(new Set(informer.list())).toEqual(new Set(server.objects.list("Pod")));
    expect(server.objects.revision).toBe(snapshot.revision + 1_000_000);
    expect(server.answersByCode.get(GONE)).toBe(1);
  });

  it("leaves watches in the future where revisions go back: they miss what happens until these are reached again", () => {
    const { server, simulation, client, informer, snapshot } = changedServer();
    const { revision } = server.objects;
    server.restore(snapshot);
    simulation.run(3 * SECOND);
    const names = () => [...informer.list()].map(({ metadata }) => metadata.name).sort();
    // The cache is as it was before the restore.
    expect(names()).toEqual(["changed", "kept", "younger"]);
    for (let n = snapshot.revision; n <= revision; n++) client.create<"Pod">(pod(`after-${n}`));
    simulation.run(4 * SECOND);
    expect(server.objects.revision).toBeGreaterThan(revision);
    // Only what came when the revisions had been reached again is known; the pod that the restore took away still is.
    expect(names()).toEqual([`after-${revision}`, "changed", "kept", "younger"]);
    expect(server.answersByCode.get(GONE)).toBeUndefined();
  });
});

describe("a compaction", () => {
  it("answers 410 Gone to a watch that returns from before it, which lists anew", () => {
    const { server, simulation, client, informer } = changedServer();
    server.links.cut("worker-1");
    client.create<"Pod">(pod("meanwhile"));
    simulation.run(3 * SECOND);
    server.compact();
    server.links.restore("worker-1");
    simulation.run(5 * SECOND);
    expect(server.answersByCode.get(GONE)).toBe(1);
    expect(new Set(informer.list())).toEqual(new Set(server.objects.list("Pod")));
  });

  it("leaves a watch alone that is up to date, or returns before the history has gone", () => {
    const { server, simulation, client } = changedServer();
    server.compact();
    server.links.cut("worker-1");
    client.create<"Pod">(pod("meanwhile"));
    simulation.run(3 * SECOND);
    server.links.restore("worker-1");
    simulation.run(5 * SECOND);
    expect(server.answersByCode.get(GONE)).toBeUndefined();
  });

  it("happens by itself every five minutes, up to where the last one was", () => {
    const { server, simulation, client } = changedServer();
    server.links.cut("worker-1");
    client.create<"Pod">(pod("meanwhile"));
    // At 5 min history stays; at 10 min that of before 5 min goes.
    simulation.run(6 * MINUTE);
    expect(() => server.compact(server.objects.revision - 1)).not.toThrow();
    const other = changedServer();
    other.server.links.cut("worker-1");
    other.client.create<"Pod">(pod("meanwhile"));
    other.simulation.run(11 * MINUTE);
    other.server.links.restore("worker-1");
    other.simulation.run(12 * MINUTE);
    expect(other.server.answersByCode.get(GONE)).toBe(1);
  });

  it("refuses a revision that is still to come, or that has gone", () => {
    const { server } = changedServer();
    const { revision } = server.objects;
    expect(() => server.compact(revision + 1)).toThrow("etcdserver: mvcc: required revision is a future revision");
    expect(server.compact()).toBe(revision);
    expect(() => server.compact(revision)).toThrow("etcdserver: mvcc: required revision has been compacted");
  });
});
