import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Kind } from "../../../src/api/kinds.js";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Pod } from "../../../src/api/types/pod.js";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import type { Informer } from "../../../src/control-plane/apiserver/client.js";
import { EtcdCluster } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { MILLISECOND, SECOND, Simulation } from "../../../src/engine/simulation.js";
import { constant } from "../../../src/engine/distribution.js";
import { EPOCH, instantServer, pod } from "./pods.js";

const NAMES = ["a", "b", "c"];
const NODES = ["worker-1", "worker-2"];

type Step =
  | { readonly what: "create" | "delete" | "remove" | "count"; readonly name: string }
  | { readonly what: "bind"; readonly name: string; readonly node: string }
  | { readonly what: "cut" | "restore"; readonly host: string }
  | { readonly what: "lose" | "return"; readonly member: string };

const name = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom("create", "delete", "remove", "count"), name }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("count"), name }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("bind"), name, node: fc.constantFrom(...NODES) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("cut", "restore"), host: fc.constantFrom(...NODES) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("lose", "return"), member: fc.constantFrom("etcd-1", "etcd-2", "etcd-3") }) },
);
const plan = fc.array(fc.record({ step, pause: fc.integer({ min: 0, max: 8 * MILLISECOND }) }), { maxLength: 60 });

function countOf(object: ApiObject | undefined): number {
  return Number(object?.metadata.annotations?.count ?? 0);
}

/** Follows an informer by its handlers alone, and checks what it is told against what it knows. */
class Mirror {
  readonly objects = new Map<string, Pod>();

  constructor(readonly informer: Informer<Pod>) {
    const key = ({ metadata }: Pod): string => `${metadata.namespace ?? ""}/${metadata.name}`;
    informer.addHandlers({
      added: (object) => {
        expect(this.objects.has(key(object))).toBe(false);
        this.objects.set(key(object), object);
      },
      updated: (previous, object) => {
        expect(this.objects.get(key(object))).toBe(previous);
        this.objects.set(key(object), object);
      },
      deleted: (object) => {
        expect(this.objects.delete(key(object))).toBe(true);
      },
    });
  }
}

describe("informers", () => {
  it("end equal to the store, through broken links and lost etcd members; no counted update is lost", () => {
    fc.assert(
      fc.property(plan, fc.integer(), (steps, seed) => {
        const simulation = new Simulation({ seed });
        const etcd = new EtcdCluster({ simulation, members: ["etcd-1", "etcd-2", "etcd-3"] });
        const server = new ApiServer({ simulation, epoch: EPOCH, etcd });
        const writer = server.connect({ component: "test", user: "kubernetes-admin" });
        const rivals = [0, 1].map((index) => server.connect({ component: `rival-${index}`, user: "kubernetes-admin" }));
        const everything = new Mirror(server.informers({ component: "kube-scheduler" }).informer("Pod"));
        const remote = new Mirror(server.informers({ component: "observer", host: "worker-1" }).informer("Pod"));
        const kubelets = NODES.map(
          (node) => new Mirror(server.informers({ component: "kubelet", host: node, podsOfNode: node }).informer("Pod")),
        );
        everything.informer.addIndex("node", ({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]));
        let revision = 0;
        const counted = new Map<string, number>();
        server.onCommit(({ revision: next, object, type }) => {
          expect(next).toBeGreaterThan(revision);
          revision = next;
          if (type !== "DELETED") expect(Number(object.metadata.resourceVersion)).toBe(next);
        });
        const count = (client: typeof writer, target: string): void => {
          client.get({ kind: "Pod", namespace: "default", name: target }, (read) => {
            if (!read.ok) return;
            const { metadata } = read.object;
            const next = { ...read.object, metadata: { ...metadata, annotations: { count: String(countOf(read.object) + 1) } } };
            client.update<"Pod">(next, (written) => {
              if (written.ok) counted.set(metadata.uid!, (counted.get(metadata.uid!) ?? 0) + 1);
              else if (written.status.reason === "Conflict") count(client, target);
            });
          });
        };
        const lost = new Set<string>();
        for (const { step, pause } of steps) {
          if (step.what === "create") writer.create<"Pod">(pod(step.name));
          else if (step.what === "bind") writer.bind({ kind: "Pod", namespace: "default", name: step.name }, step.node);
          else if (step.what === "delete") writer.delete({ kind: "Pod", namespace: "default", name: step.name });
          else if (step.what === "remove") writer.delete({ kind: "Pod", namespace: "default", name: step.name }, { gracePeriodSeconds: 0 });
          else if (step.what === "count") for (const rival of rivals) count(rival, step.name);
          else if (step.what === "cut") server.links.cut(step.host);
          else if (step.what === "restore") server.links.restore(step.host);
          else if (step.what === "lose") {
            etcd.lose(step.member);
            lost.add(step.member);
          } else if (step.what === "return") {
            etcd.restore(step.member);
            lost.delete(step.member);
          }
          simulation.run(simulation.now + pause);
        }
        for (const node of NODES) server.links.restore(node);
        for (const member of lost) etcd.restore(member);
        simulation.run(simulation.now + 120 * SECOND);

        const stored = [...server.objects.list("Pod")];
        const expectEqual = ({ informer, objects }: Mirror, wanted: readonly Pod[]): void => {
          expect(new Set(informer.list())).toEqual(new Set(wanted));
          expect(informer.size).toBe(wanted.length);
          expect(new Set(objects.values())).toEqual(new Set(wanted));
          for (const object of wanted) expect(informer.get(`default/${object.metadata.name}`)).toBe(object);
        };
        expectEqual(everything, stored);
        expectEqual(remote, stored);
        for (const [index, node] of NODES.entries()) {
          const own = stored.filter(({ spec }) => spec.nodeName === node);
          expectEqual(kubelets[index], own);
          expect(new Set(everything.informer.byIndex("node", node))).toEqual(new Set(own));
          expect(new Set(server.objects.podsOnNode(node))).toEqual(new Set(own));
        }
        expect([...everything.informer.inNamespace("default")]).toHaveLength(stored.length);
        // A client that was told of a time-out may have written all the same, so that there may be more counts than answers.
        for (const object of stored) expect(countOf(object)).toBeGreaterThanOrEqual(counted.get(object.metadata.uid!) ?? 0);
        if (!steps.some(({ step }) => step.what === "lose")) {
          for (const object of stored) expect(countOf(object)).toBe(counted.get(object.metadata.uid!) ?? 0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("give objects that are there already to handlers that come later, and list each kind once for a process", () => {
    const simulation = new Simulation({ seed: 3 });
    const server = new ApiServer({ simulation, epoch: EPOCH });
    server.load([pod("a"), pod("b")]);
    const factory = server.informers({ component: "kube-controller-manager" });
    const informer = factory.informer("Pod");
    expect(factory.informer("Pod")).toBe(informer);
    const early: string[] = [];
    informer.addHandlers({ added: ({ metadata }) => early.push(metadata.name) });
    expect(informer.size).toBe(0);
    simulation.run(SECOND);
    const late: string[] = [];
    informer.addHandlers({ added: ({ metadata }) => late.push(metadata.name) });
    expect(early).toEqual(["a", "b"]);
    expect(late).toEqual(["a", "b"]);
  });

  it("that begin while changes are on their way are told of each object once", () => {
    const simulation = new Simulation({ seed: 1 });
    const etcd = new EtcdCluster({ simulation, latencies: { etcdFsync: constant(20 * MILLISECOND), etcdRoundTrip: constant(0) } });
    const { server } = instantServer({ simulation, etcd });
    const client = server.connect({ component: "test", user: "kubernetes-admin" });
    client.create<"Pod">(pod("early"));
    simulation.run(10 * MILLISECOND);
    const seen: string[] = [];
    server
      .informers({ component: "test" })
      .informer("Pod")
      .addHandlers({
        added: ({ metadata }) => seen.push(`+${metadata.name}`),
        updated: (_, { metadata }) => seen.push(`~${metadata.name}`),
      });
    client.create<"Pod">(pod("late"));
    simulation.run(SECOND);
    expect(seen).toEqual(["+early", "+late"]);
  });

  it("deliver changes in order of revision, whatever the latencies", () => {
    const simulation = new Simulation({ seed: 5 });
    const server = new ApiServer({ simulation, epoch: EPOCH });
    const client = server.connect({ component: "test", user: "kubernetes-admin" });
    const revisions: number[] = [];
    for (const kind of ["Pod", "ConfigMap"] as Kind[]) {
      server
        .informers({ component: "test" })
        .informer(kind)
        .addHandlers({
          added: ({ metadata }) => revisions.push(Number(metadata.resourceVersion)),
          updated: (_, { metadata }) => revisions.push(Number(metadata.resourceVersion)),
        });
    }
    simulation.run(SECOND);
    for (let index = 0; index < 200; index++) {
      client.create<"Pod">(pod(`p-${index}`));
      client.create<"ConfigMap">({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `c-${index}`, namespace: "default" } });
    }
    simulation.run(2 * SECOND);
    const sorted = [...revisions].sort((a, b) => a - b);
    expect(revisions).toEqual(sorted);
    expect(revisions.length).toBeGreaterThanOrEqual(400);
  });
});
