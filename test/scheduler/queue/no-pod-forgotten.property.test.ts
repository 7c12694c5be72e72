/**
 * Queueing hints must not sleep through the event that helps a pod: once all is quiet, no pod that waits fits anywhere.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Node, Pod } from "../../../src/api/types/index.js";
import { SECOND, Simulation } from "../../../src/engine/simulation.js";
import { CycleState } from "../../../src/scheduler/framework/cycle-state.js";
import { SchedulingAlgorithm } from "../../../src/scheduler/scheduling-algorithm.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import { FakeApiServer } from "../support/fake-api-server.js";
import { node, pod } from "../support/objects.js";

const EPOCH = 1_700_000_000 * SECOND;
/** Longer than the longest back-off, far below the five minutes after which every pod is tried. */
const QUIET = 25 * SECOND;
const ZONE = "topology.kubernetes.io/zone";

const nodeShape = fc.record({
  cpu: fc.constantFrom("1", "2"),
  zone: fc.constantFrom("a", "b", undefined),
  disk: fc.constantFrom("ssd", "hdd"),
  tainted: fc.boolean(),
  cordoned: fc.boolean(),
});
type NodeShape = typeof nodeShape extends fc.Arbitrary<infer T> ? T : never;

function nodeOf(name: string, { cpu, zone, disk, tainted, cordoned }: NodeShape): Node {
  const labels = { disk, ...(zone !== undefined && { [ZONE]: zone }) };
  const made = node(
    name,
    { cpu, memory: "8Gi", pods: "110" },
    { labels, taints: tainted ? [{ key: "dedicated", effect: "NoSchedule" }] : [] },
  );
  return { ...made, spec: { ...made.spec, unschedulable: cordoned } };
}

const podShape = fc.record({
  cpu: fc.constantFrom("300m", "700m", "1500m"),
  app: fc.constantFrom("web", "db"),
  disk: fc.constantFrom("ssd", undefined),
  tolerates: fc.boolean(),
  hostPort: fc.boolean(),
  apart: fc.boolean(),
  together: fc.boolean(),
  spread: fc.boolean(),
});
type PodShapeOf = typeof podShape extends fc.Arbitrary<infer T> ? T : never;

function podOf(name: string, { cpu, app, disk, tolerates, hostPort, apart, together, spread }: PodShapeOf): Pod {
  const labelSelector = { matchLabels: { app } };
  const made = pod(
    name,
    { cpu },
    {
      ...(disk !== undefined && { nodeSelector: { disk } }),
      ...(tolerates && { tolerations: [{ key: "dedicated", operator: "Exists" as const }] }),
      affinity: {
        ...(apart && {
          podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector }] },
        }),
        ...(together && {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector: { matchLabels: { app: "db" } } }],
          },
        }),
      },
      ...(spread && {
        topologySpreadConstraints: [{ topologyKey: ZONE, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" as const, labelSelector }],
      }),
    },
    { app },
  );
  const [container] = made.spec.containers;
  return hostPort
    ? { ...made, spec: { ...made.spec, containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 8080 }] }] } }
    : made;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant("pod" as const), shape: podShape }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("node" as const), shape: nodeShape }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("changeNode" as const), shape: nodeShape, at: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("deletePod" as const), at: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("relabelPod" as const), at: fc.nat(100), app: fc.constantFrom("web", "db") }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function apply(server: FakeApiServer, { op, ...given }: Step, number: number): void {
  const nodes = [...server.informers.informer("Node").list()];
  const bound = [...server.informers.informer("Pod").list()].filter(({ spec }) => spec.nodeName !== undefined);
  const { at = 0 } = given as { readonly at?: number };
  switch (op) {
    case "pod":
      server.put(podOf(`pod-${number}`, (given as { readonly shape: PodShapeOf }).shape));
      break;
    case "node":
      server.put(nodeOf(`node-${number}`, (given as { readonly shape: NodeShape }).shape));
      break;
    case "changeNode":
      if (nodes.length > 0) server.put(nodeOf(nodes[at % nodes.length].metadata.name, (given as { readonly shape: NodeShape }).shape));
      break;
    case "deletePod":
      if (bound.length > 0) server.remove(bound[at % bound.length]);
      break;
    case "relabelPod":
      if (bound.length > 0) {
        const chosen = bound[at % bound.length];
        server.put({ ...chosen, metadata: { ...chosen.metadata, labels: { app: (given as { readonly app: string }).app } } });
      }
      break;
  }
}

describe("queueing hints", () => {
  it("leave no pod waiting that fits on a node", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 25 }), (steps) => {
        const simulation = new Simulation({ seed: 1 });
        const server = new FakeApiServer(simulation);
        const scheduler = new Scheduler({ simulation, epoch: EPOCH, client: server.client, informers: server.informers });
        scheduler.start();
        let now = 0;
        steps.forEach((each, number) => {
          apply(server, each, number);
          now += QUIET;
          simulation.run(now);
          const profile = scheduler.profiles.get("default-scheduler")!;
          for (const { podInfo } of scheduler.queue.unschedulablePods()) {
            const outcome = new SchedulingAlgorithm(scheduler.cache, { index: 0 }, "name").schedule(profile, new CycleState(), podInfo);
            if ("result" in outcome)
              expect.fail(`after step ${number}, ${JSON.stringify(each)}: ${podInfo.key} waits but fits on ${outcome.result.node.name}`);
          }
        });
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
