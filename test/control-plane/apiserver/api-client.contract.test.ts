/** What every client may rely on, whatever the latencies and however many members etcd has. */
import { describe, expect, it } from "vitest";
import type { Kind, ObjectsByKind } from "../../../src/api/kinds.js";
import type { Pod } from "../../../src/api/types/pod.js";
import type { Deployment } from "../../../src/api/types/workloads.js";
import type { PodDisruptionBudget } from "../../../src/api/types/policy.js";
import { ApiServer } from "../../../src/control-plane/apiserver/api-server.js";
import type { ApiClient, ApiStatus, Callback, ListOptions, Result, Target } from "../../../src/control-plane/apiserver/client.js";
import { DEFAULT_LATENCIES, NO_LATENCIES } from "../../../src/control-plane/apiserver/latencies.js";
import { EtcdCluster } from "../../../src/control-plane/etcd/etcd-cluster.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { EPOCH, pod } from "./pods.js";

const WEB: Target<"Pod"> = { kind: "Pod", namespace: "default", name: "web" };

function deployment(replicas: number): Deployment {
  const labels = { app: "web" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod("web").spec } },
  };
}

describe.each([
  { title: "without latencies, one member", latencies: NO_LATENCIES, members: ["etcd-1"] },
  { title: "with random latencies, one member", latencies: DEFAULT_LATENCIES, members: ["etcd-1"] },
  { title: "with random latencies, three members", latencies: DEFAULT_LATENCIES, members: ["etcd-1", "etcd-2", "etcd-3"] },
])("a client $title", ({ latencies, members }) => {
  function setUp(): {
    simulation: Simulation;
    server: ApiServer;
    client: ApiClient;
    answer: <K extends Kind>(call: (done: Callback<ObjectsByKind[K]>) => void) => Result<ObjectsByKind[K]>;
  } {
    const simulation = new Simulation({ seed: 7 });
    const server = new ApiServer({ simulation, epoch: EPOCH, latencies, etcd: new EtcdCluster({ simulation, members }) });
    const client = server.connect({ component: "test", user: "kubernetes-admin", groups: ["system:masters"] });
    const answer = <K extends Kind>(call: (done: Callback<ObjectsByKind[K]>) => void): Result<ObjectsByKind[K]> => {
      const given: Result<ObjectsByKind[K]>[] = [];
      call((result) => given.push(result));
      expect(given).toHaveLength(0);
      simulation.run(simulation.now + SECOND);
      expect(given).toHaveLength(1);
      return given[0];
    };
    return { simulation, server, client, answer };
  }

  function stored<T>(result: Result<T>): T {
    if (!result.ok) throw new Error(result.status.message);
    return result.object;
  }

  function refused(result: Result<unknown>): ApiStatus {
    if (result.ok) throw new Error("the request was not refused");
    return result.status;
  }

  it("creates objects with uid, resourceVersion, generation and whole-second creationTimestamp", () => {
    const { answer, client, simulation } = setUp();
    simulation.run(1_500_000);
    const created = stored(answer<"Pod">((done) => client.create<"Pod">(pod("web"), done)));
    expect(created.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(created.metadata.generation).toBe(1);
    expect(created.metadata.creationTimestamp).toBe(EPOCH + SECOND);
    expect(Number(created.metadata.resourceVersion)).toBeGreaterThan(0);
    expect(created.status).toEqual({ phase: "Pending", qosClass: "BestEffort" });
    expect(stored(answer<"Pod">((done) => client.get(WEB, done)))).toBe(created);
  });

  it("invents names from generateName with five characters that are neither vowels nor mistakable", () => {
    const { answer, client } = setUp();
    const names = Array.from(
      { length: 20 },
      () =>
        stored(answer<"Pod">((done) => client.create<"Pod">(pod("", { metadata: { name: "", generateName: "web-" } }), done))).metadata
          .name,
    );
    for (const name of names) expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(new Set(names).size).toBe(names.length);
  });

  it("refuses a second object of a name, and objects that are not there", () => {
    const { answer, client } = setUp();
    stored(answer<"Deployment">((done) => client.create<"Deployment">(deployment(1), done)));
    expect(refused(answer<"Deployment">((done) => client.create<"Deployment">(deployment(1), done)))).toMatchObject({
      code: 409,
      reason: "AlreadyExists",
      message: 'deployments.apps "web" already exists',
    });
    for (const call of [
      (done: Callback<Pod>) => client.get({ ...WEB, name: "none" }, done),
      (done: Callback<Pod>) => client.update<"Pod">(pod("none"), done),
      (done: Callback<Pod>) => client.patch({ ...WEB, name: "none" }, (current) => current, done),
      (done: Callback<Pod>) => client.delete({ ...WEB, name: "none" }, {}, done),
      (done: Callback<Pod>) => client.bind({ ...WEB, name: "none" }, "worker-1", done),
    ]) {
      expect(refused(answer<"Pod">(call))).toEqual({
        code: 404,
        reason: "NotFound",
        message: 'pods "none" not found',
        details: { name: "none", kind: "pods" },
      });
    }
  });

  it("refuses an update of a state that has moved on, and takes one without resourceVersion", () => {
    const { answer, client } = setUp();
    const first = stored(answer<"Deployment">((done) => client.create<"Deployment">(deployment(1), done)));
    const scaled = stored(
      answer<"Deployment">((done) => client.update<"Deployment">({ ...first, spec: { ...first.spec, replicas: 2 } }, done)),
    );
    expect(scaled.metadata).toMatchObject({ uid: first.metadata.uid, generation: 2 });
    expect(
      refused(answer<"Deployment">((done) => client.update<"Deployment">({ ...first, spec: { ...first.spec, replicas: 3 } }, done))),
    ).toEqual({
      code: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: "web", group: "apps", kind: "deployments" },
    });
    expect(stored(answer<"Deployment">((done) => client.update<"Deployment">(deployment(3), done))).spec.replicas).toBe(3);
    expect(
      refused(answer<"Deployment">((done) => client.updateStatus<"Deployment">({ ...first, status: { replicas: 9 } }, done))).reason,
    ).toBe("Conflict");
  });

  it("keeps status out of updates and all else out of status updates", () => {
    const { answer, client } = setUp();
    const first = stored(answer<"Deployment">((done) => client.create<"Deployment">({ ...deployment(1), status: { replicas: 7 } }, done)));
    expect(first.status).toEqual({});
    const reported = stored(
      answer<"Deployment">((done) =>
        client.updateStatus<"Deployment">({ ...first, spec: { ...first.spec, replicas: 5 }, status: { replicas: 1 } }, done),
      ),
    );
    expect(reported.spec.replicas).toBe(1);
    expect(reported.status).toEqual({ replicas: 1 });
    expect(reported.metadata.generation).toBe(1);
    expect(reported.spec).toBe(first.spec);
    const scaled = stored(
      answer<"Deployment">((done) =>
        client.patch<"Deployment">(
          { kind: "Deployment", namespace: "default", name: "web" },
          (current) => ({ ...current, spec: { ...current.spec, replicas: 4 }, status: { replicas: 8 } }),
          done,
        ),
      ),
    );
    expect(scaled.spec.replicas).toBe(4);
    expect(scaled.status).toBe(reported.status);
    expect(scaled.metadata.generation).toBe(2);
  });

  it("writes nothing where nothing changes", () => {
    const { answer, client } = setUp();
    const first = stored(answer<"Deployment">((done) => client.create<"Deployment">(deployment(1), done)));
    const same = stored(answer<"Deployment">((done) => client.update<"Deployment">({ ...first, spec: structuredClone(first.spec) }, done)));
    expect(same).toBe(first);
    const target: Target<"Deployment"> = { ...WEB, kind: "Deployment" };
    expect(stored(answer<"Deployment">((done) => client.patch<"Deployment">(target, (current) => current, done)))).toBe(first);
  });

  it("does not let clients change what the server keeps", () => {
    const { answer, client } = setUp();
    const first = stored(answer<"Pod">((done) => client.create<"Pod">(pod("web"), done)));
    const changed = stored(
      answer<"Pod">((done) =>
        client.patch<"Pod">(
          WEB,
          (current) => ({
            ...current,
            metadata: { ...current.metadata, labels: { tier: "db" }, creationTimestamp: 1, generation: 9, deletionTimestamp: 5 },
          }),
          done,
        ),
      ),
    );
    expect(changed.metadata).toEqual({ ...first.metadata, labels: { tier: "db" }, resourceVersion: changed.metadata.resourceVersion });
    expect(
      refused(answer<"Pod">((done) => client.update<"Pod">({ ...changed, metadata: { ...changed.metadata, uid: "other" } }, done))).code,
    ).toBe(409);
    expect(refused(answer<"Pod">((done) => client.delete({ ...WEB, uid: "other" }, {}, done))).message).toBe(
      `Operation cannot be fulfilled on Pod "web": the UID in the precondition (other) does not match the UID in record (${first.metadata.uid!}). The object might have been deleted and then recreated`,
    );
  });

  it("removes unbound pods at once, and bound ones after their grace period", () => {
    const { answer, client, simulation } = setUp();
    stored(answer<"Pod">((done) => client.create<"Pod">(pod("web"), done)));
    stored(answer<"Pod">((done) => client.delete(WEB, {}, done)));
    expect(refused(answer<"Pod">((done) => client.get(WEB, done))).code).toBe(404);
    stored(
      answer<"Pod">((done) => client.create<"Pod">(pod("web", { spec: { ...pod("web").spec, terminationGracePeriodSeconds: 12 } }), done)),
    );
    stored(answer<"Pod">((done) => client.bind(WEB, "worker-1", done)));
    const second = Math.floor(simulation.now / SECOND);
    const marked = stored(answer<"Pod">((done) => client.delete(WEB, {}, done)));
    expect(marked.metadata).toMatchObject({
      deletionTimestamp: EPOCH + (second + 12) * SECOND,
      deletionGracePeriodSeconds: 12,
      generation: 2,
    });
    const shortened = stored(answer<"Pod">((done) => client.delete(WEB, { gracePeriodSeconds: 2 }, done)));
    expect(shortened.metadata).toMatchObject({ deletionTimestamp: EPOCH + (second + 2) * SECOND, deletionGracePeriodSeconds: 2 });
    const longer = stored(answer<"Pod">((done) => client.delete(WEB, { gracePeriodSeconds: 60 }, done)));
    expect(longer).toBe(shortened);
    stored(answer<"Pod">((done) => client.delete(WEB, { gracePeriodSeconds: 0 }, done)));
    expect(refused(answer<"Pod">((done) => client.get(WEB, done))).code).toBe(404);
  });

  it("keeps an object until its last finalizer is gone", () => {
    const { answer, client } = setUp();
    stored(
      answer<"Pod">((done) =>
        client.create<"Pod">(
          pod("web", { metadata: { name: "web", namespace: "default", finalizers: ["batch.kubernetes.io/job-tracking"] } }),
          done,
        ),
      ),
    );
    const marked = stored(answer<"Pod">((done) => client.delete(WEB, {}, done)));
    expect(marked.metadata.deletionGracePeriodSeconds).toBe(0);
    stored(
      answer<"Pod">((done) =>
        client.patch<"Pod">(WEB, (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }), done),
      ),
    );
    expect(refused(answer<"Pod">((done) => client.get(WEB, done))).code).toBe(404);
  });

  it("asks the garbage collector by finalizer for what the propagation policy says", () => {
    const { answer, client } = setUp();
    const target: Target<"Deployment"> = { kind: "Deployment", namespace: "default", name: "web" };
    stored(answer<"Deployment">((done) => client.create<"Deployment">(deployment(1), done)));
    const marked = stored(answer<"Deployment">((done) => client.delete(target, { propagationPolicy: "Foreground" }, done)));
    expect(marked.metadata.finalizers).toEqual(["foregroundDeletion"]);
    const orphaned = stored(answer<"Deployment">((done) => client.delete(target, { propagationPolicy: "Orphan" }, done)));
    expect(orphaned.metadata.finalizers).toEqual(["orphan"]);
    const last = stored(answer<"Deployment">((done) => client.delete(target, { propagationPolicy: "Background" }, done)));
    expect(last.metadata.finalizers ?? []).toEqual([]);
    expect(refused(answer<"Deployment">((done) => client.get(target, done))).code).toBe(404);
  });

  it("binds a pod once, and shares the spec among pods of one template on one node", () => {
    const { answer, client } = setUp();
    const { spec } = pod("web");
    const bound = ["web", "web-2"].map((name) => {
      stored(answer<"Pod">((done) => client.create<"Pod">(pod(name, { spec }), done)));
      return stored(answer<"Pod">((done) => client.bind({ ...WEB, name }, "worker-1", done)));
    });
    expect(bound[0].spec.nodeName).toBe("worker-1");
    expect(bound[0].spec).toBe(bound[1].spec);
    expect(bound[0].metadata.generation).toBe(1);
    expect(bound[0].status?.conditions).toMatchObject([{ type: "PodScheduled", status: "True" }]);
    expect(refused(answer<"Pod">((done) => client.bind(WEB, "worker-2", done)))).toEqual({
      code: 409,
      reason: "Conflict",
      message: 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "worker-1"',
      details: { name: "web", kind: "pods/binding" },
    });
  });

  it("evicts as the disruption budget allows", () => {
    const { answer, client } = setUp();
    const budget: PodDisruptionBudget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    };
    const created = stored(answer<"PodDisruptionBudget">((done) => client.create<"PodDisruptionBudget">(budget, done)));
    for (const name of ["web", "web-2"]) {
      stored(
        answer<"Pod">((done) =>
          client.create<"Pod">(pod(name, { metadata: { name, namespace: "default", labels: { app: "web" } } }), done),
        ),
      );
      stored(answer<"Pod">((done) => client.bind({ ...WEB, name }, "worker-1", done)));
      stored(
        answer<"Pod">((done) =>
          client.patchStatus<"Pod">(
            { ...WEB, name },
            (current) => ({ ...current, status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } }),
            done,
          ),
        ),
      );
    }
    stored(
      answer<"PodDisruptionBudget">((done) =>
        client.updateStatus<"PodDisruptionBudget">(
          { ...created, status: { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 } },
          done,
        ),
      ),
    );
    const evicted = stored(answer<"Pod">((done) => client.evict(WEB, {}, done)));
    expect(evicted.metadata.deletionTimestamp).toBeDefined();
    expect(evicted.status?.conditions).toMatchObject([{ type: "Ready" }, { type: "DisruptionTarget", reason: "EvictionByEvictionAPI" }]);
    const charged = stored(
      answer<"PodDisruptionBudget">((done) => client.get({ kind: "PodDisruptionBudget", namespace: "default", name: "web" }, done)),
    );
    expect(charged.status).toMatchObject({ disruptionsAllowed: 0 });
    expect(Object.keys(charged.status?.disruptedPods ?? {})).toEqual(["web"]);
    expect(refused(answer<"Pod">((done) => client.evict({ ...WEB, name: "web-2" }, {}, done)))).toEqual({
      code: 429,
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      causes: [{ type: "DisruptionBudget", message: "The disruption budget web does not allow evicting pods currently" }],
    });
  });

  it("lists by namespace and labels, in order of name", () => {
    const { answer, client, simulation } = setUp();
    for (const [name, namespace, app] of [
      ["b", "default", "web"],
      ["a", "default", "web"],
      ["c", "default", "db"],
      ["a", "kube-system", "web"],
    ]) {
      stored(answer<"Pod">((done) => client.create<"Pod">(pod(name, { metadata: { name, namespace, labels: { app } } }), done)));
    }
    const listed = (options: ListOptions): string[] => {
      const found: string[] = [];
      client.list("Pod", options, (result) => {
        for (const { metadata } of stored(result)) found.push(`${metadata.namespace ?? ""}/${metadata.name}`);
      });
      simulation.run(simulation.now + SECOND);
      return found;
    };
    expect(listed({})).toEqual(["default/a", "default/b", "default/c", "kube-system/a"]);
    expect(listed({ namespace: "default", labelSelector: { matchLabels: { app: "web" } } })).toEqual(["default/a", "default/b"]);
  });

  it("handles one client's requests about an object in the order in which they were sent", () => {
    const { client, server, simulation } = setUp();
    client.create<"Pod">(pod("web"));
    for (let step = 0; step < 50; step++) {
      client.patch<"Pod">(WEB, (current) => ({
        ...current,
        metadata: { ...current.metadata, annotations: { trail: `${current.metadata.annotations?.trail ?? ""}${step} ` } },
      }));
    }
    simulation.run(SECOND);
    const trail = server.objects.get("Pod", "default", "web")?.metadata.annotations?.trail;
    expect(trail).toBe(Array.from({ length: 50 }, (_, step) => `${step} `).join(""));
  });
});
