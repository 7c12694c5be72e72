/** The incremental evaluation against the plain one: the same decisions on any cluster and any stream of changes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApiObject, Container, Node, Pod, PodSpec, Taint } from "../../src/api/types/index.js";
import { RandomStreams } from "../../src/engine/random.js";
import { Cache } from "../../src/scheduler/cache/cache.js";
import { buildProfiles } from "../../src/scheduler/configuration/build-profiles.js";
import type { SchedulerConfiguration } from "../../src/scheduler/configuration/types.js";
import type { CycleOutcome } from "../../src/scheduler/cycle-outcome.js";
import { IncrementalAlgorithm } from "../../src/scheduler/evaluation/incremental-algorithm.js";
import { CycleState } from "../../src/scheduler/framework/cycle-state.js";
import { fitErrorMessage } from "../../src/scheduler/framework/fit-error.js";
import type { Handle } from "../../src/scheduler/framework/handle.js";
import { PodInfo } from "../../src/scheduler/framework/pod-info.js";
import { PodShapes } from "../../src/scheduler/framework/pod-shape.js";
import type { Profile } from "../../src/scheduler/framework/profile.js";
import { ResourceIndex } from "../../src/scheduler/framework/resources.js";
import { Nominator } from "../../src/scheduler/queue/nominator.js";
import { SchedulingAlgorithm, type AlgorithmOptions } from "../../src/scheduler/scheduling-algorithm.js";

const NODES = 9;
const ZONE = "topology.kubernetes.io/zone";
const HOSTNAME = "kubernetes.io/hostname";
const APPS = ["web", "db", "cache"];

const app = fc.constantFrom(...APPS);
const selector = fc.oneof(
  app.map((name) => ({ matchLabels: { app: name } })),
  fc.constant({}),
  fc.constant({ matchExpressions: [{ key: "app", operator: "Exists" as const }] }),
);
const topologyKey = fc.constantFrom(ZONE, HOSTNAME, "rack");
const term = fc.record(
  { labelSelector: selector, topologyKey, namespaceSelector: fc.constantFrom({}, { matchLabels: { env: "prod" } }) },
  { requiredKeys: ["labelSelector", "topologyKey"] },
);
const weightedTerm = fc.record({ weight: fc.integer({ min: 1, max: 100 }), podAffinityTerm: term });
const podAffinity = fc.record(
  {
    requiredDuringSchedulingIgnoredDuringExecution: fc.array(term, { maxLength: 2 }),
    preferredDuringSchedulingIgnoredDuringExecution: fc.array(weightedTerm, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const nodeTerm = fc.constantFrom(
  { matchExpressions: [{ key: "disk", operator: "In" as const, values: ["ssd"] }] },
  { matchExpressions: [{ key: ZONE, operator: "NotIn" as const, values: ["a"] }] },
);
const affinity = fc.record(
  {
    nodeAffinity: fc.record(
      {
        requiredDuringSchedulingIgnoredDuringExecution: nodeTerm.map((one) => ({ nodeSelectorTerms: [one] })),
        preferredDuringSchedulingIgnoredDuringExecution: fc.array(
          fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: nodeTerm }),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: [] },
    ),
    podAffinity,
    podAntiAffinity: podAffinity,
  },
  { requiredKeys: [] },
);
const constraint = fc.record(
  {
    maxSkew: fc.integer({ min: 1, max: 3 }),
    topologyKey,
    whenUnsatisfiable: fc.constantFrom("DoNotSchedule" as const, "ScheduleAnyway" as const),
    labelSelector: selector,
    minDomains: fc.constant(3),
    nodeTaintsPolicy: fc.constant("Honor" as const),
    nodeAffinityPolicy: fc.constant("Ignore" as const),
  },
  { requiredKeys: ["maxSkew", "topologyKey", "whenUnsatisfiable", "labelSelector"] },
);
const requests = fc.record(
  { cpu: fc.constantFrom("100m", "500m", "1500m"), memory: fc.constantFrom("128Mi", "1Gi"), "example.com/gpu": fc.constant("1") },
  { requiredKeys: [] },
);
const template = fc.record({
  namespace: fc.constantFrom("default", "other"),
  app,
  requests,
  port: fc.option(fc.constantFrom(8080, 9090), { freq: 6 }),
  image: fc.constantFrom("small:1", "large:1"),
  tolerates: fc.boolean(),
  affinity: fc.option(affinity, { freq: 2 }),
  constraints: fc.option(fc.array(constraint, { minLength: 1, maxLength: 2 }), { freq: 2 }),
  claim: fc.option(fc.constant("data"), { freq: 12 }),
  priority: fc.constantFrom(0, 0, 5),
});

const TAINTS: readonly Taint[] = [
  { key: "dedicated", value: "batch", effect: "NoSchedule" },
  { key: "spot", effect: "PreferNoSchedule" },
];
const nodeState = fc.record({
  zone: fc.option(fc.constantFrom("a", "b", "c"), { freq: 6 }),
  rack: fc.option(fc.constantFrom("r1", "r2")),
  disk: fc.constantFrom("ssd", "hdd"),
  taints: fc.subarray([...TAINTS]),
  cordoned: fc.boolean(),
  cpu: fc.constantFrom("1", "4"),
  gpus: fc.constantFrom("0", "2"),
  images: fc.subarray(["small:1", "large:1"]),
});

const operation = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("schedule" as const), template: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), pod: fc.nat(200) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("terminate" as const), pod: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("node" as const), node: fc.nat(NODES - 1), state: nodeState }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove node" as const), node: fc.nat(NODES - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bound pod" as const), template: fc.nat(5), node: fc.nat(NODES - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("namespace" as const), env: fc.constantFrom("prod", "dev") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("service" as const), app }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("nominate" as const), template: fc.nat(5), node: fc.nat(NODES - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("end nominations" as const) }) },
);

type Template = typeof template extends fc.Arbitrary<infer T> ? T : never;
type NodeState = typeof nodeState extends fc.Arbitrary<infer T> ? T : never;
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function nodeOf(number: number, state: NodeState): Node {
  const name = `node-${number}`;
  const allocatable = { cpu: state.cpu, memory: "4Gi", pods: "6", "example.com/gpu": state.gpus };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { [HOSTNAME]: name, disk: state.disk, ...(state.zone && { [ZONE]: state.zone }), ...(state.rack && { rack: state.rack }) },
    },
    spec: { taints: state.taints, unschedulable: state.cordoned && number % 3 === 0 },
    status: {
      capacity: allocatable,
      allocatable,
      images: state.images.map((image) => ({ names: [image], sizeBytes: image === "large:1" ? 900e6 : 90e6 })),
    },
  };
}

function specOf({ requests: wanted, port, image, tolerates, affinity: wishes, constraints, claim, priority }: Template): PodSpec {
  const container: Container = {
    name: "main",
    image,
    resources: { requests: wanted },
    ...(port !== null && { ports: [{ containerPort: port, hostPort: port }] }),
  };
  return {
    containers: [container],
    priority,
    ...(tolerates && { tolerations: [{ key: "dedicated", operator: "Exists" }] }),
    ...(wishes !== null && { affinity: wishes }),
    ...(constraints !== null && { topologySpreadConstraints: constraints }),
    ...(claim !== null && { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] }),
  };
}

/** A cluster that both evaluations look at, each with its own memory of earlier cycles. */
class Cluster {
  private readonly resources = new ResourceIndex();
  private readonly cache = new Cache(this.resources);
  private readonly objects = new Map<string, ApiObject[]>();
  private readonly handle: Handle;
  private readonly profile: Profile;
  private readonly plain: SchedulingAlgorithm;
  private readonly incremental: IncrementalAlgorithm;
  private readonly plainStart = { index: 0 };
  private readonly incrementalStart = { index: 0 };
  private readonly specs: readonly PodSpec[];
  private readonly placed: { pod: Pod; node: string }[] = [];
  private pods = 0;
  private readonly nominees: PodInfo[] = [];

  constructor(
    private readonly templates: readonly Template[],
    configuration: SchedulerConfiguration,
    options: AlgorithmOptions = {},
  ) {
    const shapes = new PodShapes(this.resources);
    const streams = new RandomStreams(1, 0);
    this.specs = templates.map(specOf);
    this.objects.set("PersistentVolumeClaim", [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data", namespace: "default" },
        spec: { accessModes: ["ReadWriteOncePod"], volumeName: "disk" },
      } as ApiObject,
    ]);
    this.handle = {
      cache: this.cache,
      shapes,
      listers: {
        informer: (kind) => {
          const all = (): ApiObject[] => this.objects.get(kind) ?? [];
          const key = ({ metadata }: ApiObject): string =>
            metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
          return {
            get: (wanted: string) => all().find((object) => key(object) === wanted) as never,
            list: () => all() as never,
            inNamespace: (namespace: string) => all().filter((object) => object.metadata.namespace === namespace) as never,
          };
        },
      },
      nominator: new Nominator(),
      versions: { namespaces: 0, selectors: 0 },
      now: () => 0,
      stream: (name) => streams.stream(name),
    };
    this.profile = [...buildProfiles(configuration, this.handle).values()][0];
    this.plain = new SchedulingAlgorithm(this.cache, this.plainStart, "upstream");
    this.incremental = new IncrementalAlgorithm(this.cache, this.incrementalStart, "upstream", options);
  }

  private podOf(template: number, node?: string): Pod {
    const index = template % this.templates.length;
    const { namespace, app: name } = this.templates[index];
    const uid = `pod-${this.pods++}`;
    const spec = this.specs[index];
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: uid, uid, namespace, labels: { app: name } },
      spec: node === undefined ? spec : { ...spec, nodeName: node },
    };
  }

  private info(pod: Pod): PodInfo {
    return new PodInfo(pod, this.handle.shapes.shapeOf(pod));
  }

  apply(operation: Operation): void {
    switch (operation.do) {
      case "schedule":
        this.schedule(this.podOf(operation.template));
        break;
      case "bound pod": {
        const node = `node-${operation.node}`;
        const pod = this.podOf(operation.template, node);
        this.cache.addPod(this.info(pod), node);
        this.placed.push({ pod, node });
        break;
      }
      case "delete":
      case "terminate": {
        if (this.placed.length === 0) break;
        const at = operation.pod % this.placed.length;
        const { pod, node } = this.placed[at];
        if (operation.do === "delete") {
          this.placed.splice(at, 1);
          this.cache.removePod(pod.metadata.uid!);
        } else {
          const terminating: Pod = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: 1 } };
          this.placed[at].pod = terminating;
          this.cache.updatePod(this.info(terminating), node);
        }
        break;
      }
      case "node":
        this.cache.updateNode(nodeOf(operation.node, operation.state));
        break;
      case "remove node":
        this.cache.removeNode(`node-${operation.node}`);
        break;
      case "nominate": {
        const nominee = this.info(this.podOf(operation.template));
        this.nominees.push(nominee);
        this.handle.nominator.add(nominee, `node-${operation.node}`);
        break;
      }
      case "end nominations":
        for (const { uid } of this.nominees.splice(0)) this.handle.nominator.remove(uid);
        break;
      case "namespace":
        this.objects.set("Namespace", [
          { apiVersion: "v1", kind: "Namespace", metadata: { name: "other", labels: { env: operation.env } } },
        ]);
        this.handle.versions.namespaces++;
        break;
      case "service":
        this.objects.set("Service", [
          {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "s", namespace: "default" },
            spec: { selector: { app: operation.app } },
          } as ApiObject,
        ]);
        this.handle.versions.selectors++;
        break;
    }
  }

  private schedule(pod: Pod): void {
    if (this.cache.nodeCount === 0) return;
    const info = this.info(pod);
    const wanted = this.plain.schedule(this.profile, new CycleState(), info);
    const got = this.incremental.schedule(this.profile, new CycleState(), info);
    expect(describeOutcome(got)).toEqual(describeOutcome(wanted));
    expect(this.incrementalStart).toEqual(this.plainStart);
    if (!("result" in got)) return;
    const node = got.result.node.name;
    this.cache.assumePod(info, node);
    this.placed.push({ pod, node });
  }
}

function describeOutcome(outcome: CycleOutcome): unknown {
  if ("result" in outcome) return { ...outcome.result, node: outcome.result.node.name };
  const { diagnosis } = outcome;
  const { byNode, absent } = diagnosis.statuses();
  return {
    message: fitErrorMessage(diagnosis),
    plugins: [...diagnosis.unschedulablePlugins].sort(),
    statuses: [...byNode].map(([node, { code, plugin, reasons }]) => [node, code, plugin, reasons]).sort(),
    absent: absent.reasons,
  };
}

const configuration = fc.constantFrom<SchedulerConfiguration>(
  {},
  { profiles: [{ pluginConfig: [{ name: "PodTopologySpread", args: { defaultingType: "List" } }] }] },
  {
    profiles: [
      { pluginConfig: [{ name: "InterPodAffinity", args: { hardPodAffinityWeight: 7, ignorePreferredTermsOfExistingPods: true } }] },
    ],
  },
  { profiles: [{ plugins: { filter: { enabled: [{ name: "NodeResourcesFit" }] }, score: { disabled: [{ name: "ImageLocality" }] } } }] },
  {
    profiles: [
      {
        pluginConfig: [
          {
            name: "NodeResourcesFit",
            args: {
              scoringStrategy: {
                type: "MostAllocated",
                resources: [
                  { name: "cpu", weight: 3 },
                  { name: "example.com/gpu", weight: 5 },
                ],
              },
            },
          },
        ],
      },
    ],
  },
);

const SMALL_TEMPLATE: Template = {
  namespace: "default",
  app: "web",
  requests: { cpu: "100m" },
  port: null,
  image: "small:1",
  tolerates: false,
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: { labelSelector: {}, topologyKey: HOSTNAME } }],
    },
  },
  constraints: null,
  claim: null,
  priority: 0,
};
const SMALL_NODE: NodeState = { zone: "a", rack: null, disk: "ssd", taints: [], cordoned: false, cpu: "4", gpus: "0", images: [] };

describe("incremental evaluation", () => {
  it("starts from scratch for a pod whose like was not seen for very many changes", () => {
    const cluster = new Cluster([SMALL_TEMPLATE, { ...SMALL_TEMPLATE, app: "db" }], {});
    for (let node = 0; node < NODES; node++) cluster.apply({ do: "node", node, state: SMALL_NODE });
    cluster.apply({ do: "schedule", template: 0 });
    for (let i = 0; i < 40_000; i++) {
      cluster.apply({ do: "bound pod", template: 1, node: i % NODES });
      cluster.apply({ do: "delete", pod: 1 });
    }
    cluster.apply({ do: "bound pod", template: 1, node: 3 });
    for (let i = 0; i < 5; i++) cluster.apply({ do: "schedule", template: 0 });
  });

  it("forgets pods that were not seen lately where memory is short", () => {
    const templates = Array.from({ length: 200 }, (_, i): Template => ({ ...SMALL_TEMPLATE, requests: { cpu: `${i + 1}m` as "100m" } }));
    const cluster = new Cluster(templates, {}, { memoryBudget: 0 });
    for (let node = 0; node < NODES; node++) cluster.apply({ do: "node", node, state: SMALL_NODE });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < templates.length; i++) {
        cluster.apply({ do: "schedule", template: i });
        cluster.apply({ do: "delete", pod: i });
      }
    }
  });

  it("decides as the plain one, whatever happens in the cluster", () => {
    fc.assert(
      fc.property(
        fc.array(template, { minLength: 1, maxLength: 6 }),
        fc.array(nodeState, { minLength: NODES, maxLength: NODES }),
        configuration,
        fc.array(operation, { minLength: 10, maxLength: 60 }),
        (templates, states, config, operations) => {
          const cluster = new Cluster(templates, config);
          for (const [node, state] of states.entries()) cluster.apply({ do: "node", node, state });
          for (const one of operations) cluster.apply(one);
        },
      ),
      { numRuns: 1_000, seed: 20_260 },
    );
  });

  it("agrees where searches are cut short, too", () => {
    const plainTemplate = template.map((one): Template => ({ ...one, affinity: null, claim: null, port: null, namespace: "default" }));
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.record({ do: fc.constant("schedule" as const), template: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), pod: fc.nat(200) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("nominate" as const), template: fc.nat(2), node: fc.nat(170) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("end nominations" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("node" as const), node: fc.nat(170), state: nodeState }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("remove node" as const), node: fc.nat(170) }) },
    );
    fc.assert(
      fc.property(
        fc.array(plainTemplate, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 100, max: 170 }),
        fc.array(nodeState, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 10, 70, 90),
        fc.array(step, { minLength: 20, maxLength: 120 }),
        (templates, nodes, states, percentageOfNodesToScore, steps) => {
          const cluster = new Cluster(templates, { percentageOfNodesToScore });
          for (let node = 0; node < nodes; node++) cluster.apply({ do: "node", node, state: states[node % states.length] });
          for (const one of steps) cluster.apply(one);
        },
      ),
      { numRuns: 125, seed: 20_260 },
    );
  });
});
