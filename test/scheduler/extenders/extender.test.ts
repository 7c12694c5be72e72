import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Pod } from "../../../src/api/types/index.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { schedulerConfigurationFrom } from "../../../src/scheduler/configuration/scheduler-configuration.js";
import { explaining, type Explanation } from "../../../src/scheduler/explanation.js";
import { connectExtenders } from "../../../src/scheduler/extenders/connect.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import { compiledHttp, ExtenderServer } from "../support/extender-server.js";
import { FakeApiServer } from "../support/fake-api-server.js";
import { node, pod } from "../support/objects.js";

const EPOCH = 1_700_000_000 * SECOND;
/** Of the example resource in Kubernetes' documentation of extended resources. */
const DONGLE = "example.com/dongle";

interface Args {
  readonly Pod: { readonly metadata: { readonly name: string } };
  readonly NodeNames: readonly string[];
  readonly Nodes: { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
}
interface PreemptionArgs {
  readonly NodeNameToVictims: Readonly<Record<string, { readonly Pods: readonly { readonly metadata: { readonly uid: string } }[] }>>;
}

const servers: ExtenderServer[] = [];
let server: ExtenderServer;
beforeEach(async () => {
  server = await ExtenderServer.start();
  servers.push(server);
});
afterEach(async () => {
  for (const each of servers.splice(0)) await each.close();
});

/** A scheduler with these extenders; the first is at the server's address unless it names another. */
function start(...extenders: readonly object[]) {
  const simulation = new Simulation({ seed: 1 });
  const api = new FakeApiServer(simulation);
  const configuration = schedulerConfigurationFrom({
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    extenders: extenders.map((extender) => ({ urlPrefix: server.url, httpTimeout: "2s", ...extender })),
  });
  const explanations: Explanation[] = [];
  const scheduler = new Scheduler({
    simulation,
    epoch: EPOCH,
    client: api.client,
    informers: api.informers,
    configuration,
    extenders: connectExtenders(configuration, compiledHttp),
    observer: { deciding: (cycle) => explaining(cycle, (explanation) => explanations.push(explanation)) },
  });
  scheduler.start();
  const placed = (name: string): string | undefined => api.get("Pod", `default/${name}`)?.spec.nodeName;
  const lastEvent = (): string => api.events.at(-1)?.message ?? "";
  return { simulation, api, scheduler, placed, lastEvent, explanations };
}

function run(what: ReturnType<typeof start>, ...pods: readonly Pod[]): void {
  for (const name of ["a", "b", "c"]) what.api.put(node(name));
  for (const each of pods) what.api.put(each);
  what.simulation.run(SECOND);
}

describe("an extender that filters", () => {
  it("is asked about the nodes that the plugins left, and its answer holds", async () => {
    await server.answer("filter", ({ Nodes }: Args) => ({ Nodes: { items: Nodes.items.filter(({ metadata }) => metadata.name === "b") } }));
    const cluster = start({ filterVerb: "filter" });
    run(cluster, pod("web", { cpu: "1" }));
    expect(cluster.placed("web")).toBe("b");
    const { requests } = await server.seen();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ url: "/scheduler/filter", method: "POST", type: "application/json" });
    const { Pod: asked, Nodes, NodeNames } = requests[0].body as unknown as Args;
    expect(asked).toMatchObject({
      metadata: { name: "web", namespace: "default", uid: "pod-web" },
      spec: { containers: [{ name: "main" }] },
    });
    expect(Nodes.items.map(({ metadata }) => metadata.name).sort()).toEqual(["a", "b", "c"]);
    expect(Nodes.items[0]).toMatchObject({ status: { allocatable: { cpu: "4" } } });
    expect(Nodes.items[0]).not.toHaveProperty("kind");
    expect(NodeNames).toBeNull();
  });

  it("gets names alone where it knows the nodes itself", async () => {
    await server.answer("filter", ({ NodeNames }: Args) => ({ nodenames: NodeNames.slice(0, 1) }));
    const cluster = start({ filterVerb: "filter", nodeCacheCapable: true });
    run(cluster, pod("web"));
    const { Nodes, NodeNames } = (await server.seen()).requests[0].body as unknown as Args;
    expect(Nodes).toBeNull();
    expect(cluster.placed("web")).toBe(NodeNames[0]);
  });

  it("has its reasons counted in the event, and the pod is tried again at any event", async () => {
    await server.answer("filter", () => ({
      FailedNodes: { a: "no dongle", b: "no dongle" },
      FailedAndUnresolvableNodes: { b: "no plug", c: "no plug" },
    }));
    const cluster = start({ filterVerb: "filter" });
    run(cluster, pod("web"));
    expect(cluster.lastEvent()).toContain("0/3 nodes are available: 1 no dongle, 2 no plug.");
    await server.answer("filter", ({ Nodes }: Args) => ({ Nodes }));
    cluster.api.put({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "any" }, spec: {} } as never);
    cluster.simulation.run(5 * SECOND);
    expect(cluster.placed("web")).toBeDefined();
  });

  it("is not asked about pods that want none of its resources", async () => {
    await server.answer("filter", () => ({}));
    const cluster = start({ filterVerb: "filter", managedResources: [{ name: DONGLE, ignoredByScheduler: true }] });
    run(cluster, pod("plain"), pod("special", { [DONGLE]: "1" }));
    expect(cluster.placed("plain")).toBeDefined();
    // No node has the resource, which is the extender's business: its empty answer rejects the pod, not the plugin.
    expect(cluster.placed("special")).toBeUndefined();
    expect(cluster.lastEvent()).not.toContain(DONGLE);
    expect((await server.seen()).requests.every(({ body }) => (body as unknown as Args).Pod.metadata.name === "special")).toBe(true);
  });

  it("uses one connection for all that it is asked", async () => {
    await server.answer("filter", ({ Nodes }: Args) => ({ Nodes }));
    const cluster = start({ filterVerb: "filter" });
    run(cluster, ...Array.from({ length: 20 }, (_, i) => pod(`web-${i}`)));
    expect(await server.seen()).toMatchObject({ connections: 1 });
  });

  it("changes nothing where it passes all nodes", async () => {
    const pods = Array.from({ length: 30 }, (_, i) => pod(`web-${i}`, { cpu: `${100 + 10 * i}m` }));
    const alone = start();
    run(alone, ...pods);
    await server.answer("filter", ({ NodeNames }: Args) => ({ NodeNames }));
    await server.answer("prioritize", ({ NodeNames }: Args) => NodeNames.map((name) => ({ Host: name, Score: 0 })));
    const extended = start({ filterVerb: "filter", prioritizeVerb: "prioritize", weight: 1, nodeCacheCapable: true });
    run(extended, ...pods);
    expect(pods.map(({ metadata }) => extended.placed(metadata.name))).toEqual(pods.map(({ metadata }) => alone.placed(metadata.name)));
  });
});

describe("an extender that prioritizes", () => {
  it("adds ten times its scores, times its weight, to the totals", async () => {
    await server.answer("prioritize", () => [
      { Host: "b", Score: 3 },
      { Host: "c", Score: 10 },
    ]);
    const cluster = start({ prioritizeVerb: "prioritize", weight: 7 });
    run(cluster, pod("web", { cpu: "1" }));
    expect(cluster.placed("web")).toBe("c");
    const [{ nodes, choice }] = cluster.explanations;
    const score = (name: string) => nodes.find((each) => each.node === name)?.scores.at(-1);
    expect(score("a")).toMatchObject({ plugin: `extender ${server.url}`, weight: 7, raw: 0, weighted: 0 });
    expect(score("b")).toMatchObject({ raw: 3, normalized: 30, weighted: 210 });
    expect(score("c")).toMatchObject({ raw: 10, normalized: 100, weighted: 700 });
    expect((choice?.total ?? 0) - (nodes.find((each) => each.node === "a")?.total ?? 0)).toBe(700);
  });

  it("decides nothing where it fails, ignorable or not", async () => {
    await server.answer("prioritize", { text: '[{"Host":"c","Score":"ten"}]' });
    const cluster = start({ prioritizeVerb: "prioritize", weight: 1 });
    run(cluster, pod("web"));
    expect(cluster.placed("web")).toBeDefined();
    expect(cluster.explanations[0].failedExtenders).toEqual([
      { extender: server.url, failure: "json: cannot unmarshal string into Go struct field HostPriority.Score of type int64" },
    ]);
  });
});

describe("an extender that preempts", () => {
  const full = [
    pod("low-a", { cpu: "4" }, { nodeName: "a" }),
    pod("low-b", { cpu: "4" }, { nodeName: "b", priority: 5 }),
    pod("low-c", { cpu: "4" }, { nodeName: "c", priority: 5 }),
  ];
  const important = pod("important", { cpu: "3" }, { priority: 1000 });

  it("chooses among the candidates and their victims", async () => {
    await server.answer("preempt", ({ NodeNameToVictims }: PreemptionArgs) => ({
      NodeNameToMetaVictims: { b: { Pods: NodeNameToVictims["b"].Pods.map(({ metadata }) => ({ UID: metadata.uid })) } },
    }));
    const cluster = start({ preemptVerb: "preempt" });
    run(cluster, ...full, important);
    // Without the extender the least important victim goes, which is on node a.
    expect(cluster.placed("important")).toBe("b");
    expect((await server.seen()).requests[0].body).toMatchObject({
      NodeNameToMetaVictims: null,
      NodeNameToVictims: { a: { Pods: [{ metadata: { name: "low-a" } }], NumPDBViolations: 0 } },
    });
  });

  it("leaves the pod pending where it leaves no candidate", async () => {
    await server.answer("preempt", () => ({}));
    const cluster = start({ preemptVerb: "preempt", nodeCacheCapable: true });
    run(cluster, ...full, important);
    expect(cluster.lastEvent()).toContain("preemption: no candidate node for preemption");
    expect((await server.seen()).requests[0].body).toMatchObject({
      NodeNameToVictims: null,
      NodeNameToMetaVictims: { a: { Pods: [{ UID: "pod-low-a" }] } },
    });
  });

  it("is told off for victims that are not there", async () => {
    await server.answer("preempt", () => ({ NodeNameToMetaVictims: { a: { Pods: [{ UID: "pod-low-b" }] } } }));
    const cluster = start({ preemptVerb: "preempt" });
    run(cluster, ...full, important);
    expect(cluster.lastEvent()).toContain(
      `preemption: extender: ${server.url} claims to preempt pod (UID: pod-low-b) on node: a, but the pod is not found on that node`,
    );
  });

  it("may not leave a node without victims unless it is ignorable", async () => {
    await server.answer("preempt", () => ({ NodeNameToMetaVictims: { a: { Pods: [] }, b: { Pods: [{ UID: "pod-low-b" }] } } }));
    const strict = start({ preemptVerb: "preempt" });
    run(strict, ...full, important);
    expect(strict.lastEvent()).toContain('preemption: expected at least one victim pod on node "a"');
    const lenient = start({ preemptVerb: "preempt", ignorable: true });
    run(lenient, ...full, important);
    expect(lenient.placed("important")).toBe("b");
  });
});

describe("an extender that binds", () => {
  it("binds in place of the Bind plugins", async () => {
    await server.answer("bind", () => ({}));
    const cluster = start({ bindVerb: "bind" });
    run(cluster, pod("web"));
    expect((await server.seen()).requests.map(({ body }) => body)).toEqual([
      { PodName: "web", PodNamespace: "default", PodUID: "pod-web", Node: cluster.placed("web") },
    ]);
  });

  it("fails the binding with its own words", async () => {
    await server.answer("bind", () => ({ Error: "the node has gone" }));
    const cluster = start({ bindVerb: "bind" });
    run(cluster, pod("web"));
    expect(cluster.placed("web")).toBeUndefined();
    expect(cluster.lastEvent()).toBe("the node has gone");
    expect(cluster.api.get("Pod", "default/web")?.status?.conditions).toMatchObject([{ type: "PodScheduled", reason: "SchedulerError" }]);
  });

  it("leaves pods to the plugins that it has no interest in, and where it may fail and does", async () => {
    const cluster = start({ bindVerb: "bind", ignorable: true });
    run(cluster, pod("web"));
    expect(cluster.placed("web")).toBeDefined();
    const managing = start({ bindVerb: "bind", managedResources: [{ name: DONGLE }] });
    run(managing, pod("web"));
    expect(managing.placed("web")).toBeDefined();
    expect((await server.seen()).requests).toHaveLength(1);
  });
});

describe("an extender that fails", () => {
  const cases: readonly (readonly [string, Parameters<ExtenderServer["answer"]>[1], (url: string) => string])[] = [
    ["with another status than 200", { status: 500 }, (url) => `failed filter with extender at URL ${url}/filter, code 500`],
    ["with what is no JSON", { text: "<html>" }, () => "invalid character '<' looking for beginning of value"],
    ["with nothing", { text: "" }, () => "EOF"],
    [
      "with a wrong type",
      { text: '{"NodeNames": "a"}' },
      () => "json: cannot unmarshal string into Go struct field ExtenderFilterResult.NodeNames of type []string",
    ],
    ["with an error of its own", () => ({ Error: "out of dongles" }), () => "out of dongles"],
    [
      "with a node that it was not asked about",
      () => ({ NodeNames: ["z"] }),
      (url) => `extender "${url}" claims a filtered node "z" which is not found in the input node list`,
    ],
    [
      "by not answering in time",
      { hangs: true },
      (url) => `Post "${url}/filter": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    ],
  ];

  it.each(cases)("%s makes the attempt an error", async (_what, answer, message) => {
    await server.answer("filter", answer);
    const cluster = start({ filterVerb: "filter", nodeCacheCapable: true, httpTimeout: "300ms" });
    run(cluster, pod("web"));
    expect(cluster.placed("web")).toBeUndefined();
    expect(cluster.lastEvent()).toBe(message(server.url));
    expect(cluster.explanations[0].message).toBe(message(server.url));
    expect(cluster.api.get("Pod", "default/web")?.status?.conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "SchedulerError" },
    ]);
  });

  it("is passed over where it is ignorable", async () => {
    await server.answer("filter", { status: 503 });
    const cluster = start({ filterVerb: "filter", ignorable: true });
    run(cluster, pod("web"));
    expect(cluster.placed("web")).toBeDefined();
    expect(cluster.explanations[0].failedExtenders).toEqual([
      { extender: server.url, failure: `failed filter with extender at URL ${server.url}/filter, code 503` },
    ]);
  });

  it("by an address that is none is told with it", () => {
    const cluster = start({ urlPrefix: "nowhere", filterVerb: "filter" });
    run(cluster, pod("web"));
    expect(cluster.lastEvent()).toBe('Post "nowhere/filter": unsupported protocol scheme ""');
  });

  it("by not being there is told with its address; the pod is tried again after its back-off", async () => {
    const absent = await ExtenderServer.start();
    const { url } = absent;
    await absent.close();
    const cluster = start({ urlPrefix: `${url}/`, filterVerb: "filter" });
    run(cluster, pod("web"));
    expect(cluster.lastEvent()).toBe(`Post "${url}/filter": dial tcp ${new URL(url).host}: connect: connection refused`);
    const before = cluster.explanations.length;
    cluster.simulation.run(30 * SECOND);
    expect(cluster.explanations.length).toBeGreaterThan(before);
  });
});

describe("several extenders", () => {
  it("are asked one after the other, those that may fail last, each about what the one before left", async () => {
    const other = await ExtenderServer.start();
    servers.push(other);
    await server.answer("filter", ({ NodeNames }: Args) => ({ NodeNames: NodeNames.filter((name) => name !== "c") }));
    await other.answer("filter", ({ NodeNames }: Args) => ({ NodeNames: NodeNames.filter((name) => name !== "a") }));
    const common = { filterVerb: "filter", nodeCacheCapable: true };
    const cluster = start({ ...common, ignorable: true }, { ...common, urlPrefix: other.url });
    run(cluster, pod("web"));
    expect(cluster.placed("web")).toBe("b");
    expect(((await server.seen()).requests[0].body as unknown as Args).NodeNames).toHaveLength(2);
    const verdicts = cluster.explanations[0].nodes.find((each) => each.node === "a");
    expect(verdicts).toMatchObject({ fate: "rejected", rejectedBy: `extender ${other.url}` });
  });

  it("have to be connected", () => {
    const simulation = new Simulation({ seed: 1 });
    const { client, informers } = new FakeApiServer(simulation);
    const configuration = { extenders: [{ urlPrefix: server.url }] };
    expect(() => new Scheduler({ simulation, epoch: EPOCH, client, informers, configuration })).toThrow("not connected");
  });
});
