/**
 * How many writes a second of wall time the simulated API server takes: pods of a few templates are created, bound, twice reported
 * on, deleted and removed, with a scheduler's informer, one of a controller and one of each node's kubelet standing by.
 */
import { performance } from "node:perf_hooks";
import type { Pod, PodSpec, PodStatus } from "../../src/api/types/pod.js";
import { ApiServer } from "../../src/control-plane/apiserver/api-server.js";
import { targetOf } from "../../src/control-plane/apiserver/client.js";
import { SECOND, Simulation } from "../../src/engine/simulation.js";
import { type Benchmark, refuseOptions, type Row } from "../benchmark.js";

const TEMPLATES = 40;
const WRITES_PER_POD = 6;

function measure(pods: number, nodes: number, podsPerSecond: number): Row {
  const simulation = new Simulation({ seed: 1 });
  const server = new ApiServer({ simulation, epoch: 1_700_000_000 * SECOND, events: "announced" });
  let commits = 0;
  server.onCommit(() => commits++);
  const controller = server.connect({
    component: "replicaset-controller",
    user: "system:serviceaccount:kube-system:replicaset-controller",
  });
  const scheduler = server.connect({ component: "default-scheduler", user: "system:kube-scheduler" });
  server
    .informers({ component: "kube-controller-manager" })
    .informer("Pod")
    .addHandlers({ added: () => undefined });
  let bound = 0;
  server
    .informers({ component: "default-scheduler" })
    .informer("Pod")
    .addHandlers({ added: (pod) => scheduler.bind(targetOf<"Pod">(pod), `worker-${bound++ % nodes}`) });
  const running: PodStatus = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  for (let node = 0; node < nodes; node++) {
    const host = `worker-${node}`;
    const kubelet = server.connect({ component: "kubelet", user: `system:node:${host}`, groups: ["system:nodes"], host });
    server
      .informers({ component: "kubelet", host, podsOfNode: host })
      .informer("Pod")
      .addHandlers({
        added: (pod) => {
          const target = targetOf<"Pod">(pod);
          kubelet.patchStatus(target, (current) => ({ ...current, status: { ...current.status, startTime: 0 } }));
          kubelet.patchStatus(
            target,
            (current) => ({ ...current, status: { ...current.status, ...running } }),
            () => {
              kubelet.delete(target, { gracePeriodSeconds: 5 });
            },
          );
        },
        updated: (_, pod) => {
          if (pod.metadata.deletionTimestamp !== undefined) kubelet.delete(targetOf<"Pod">(pod), { gracePeriodSeconds: 0 });
        },
      });
  }
  const specs: PodSpec[] = Array.from({ length: TEMPLATES }, (_, index) => ({
    containers: [{ name: "app", image: `registry.example/app-${index}:1`, resources: { requests: { cpu: "100m", memory: "128Mi" } } }],
  }));
  const owners = specs.map((_, index) => [
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      name: `web-${index}`,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      controller: true,
    },
  ]);
  const labels = specs.map((_, index) => ({ app: `web-${index}` }));
  let created = 0;
  const create = (): void => {
    const template = created++ % TEMPLATES;
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "",
        generateName: `web-${template}-`,
        namespace: "default",
        labels: labels[template],
        ownerReferences: owners[template],
      },
      spec: specs[template],
    };
    controller.create<"Pod">(pod);
    if (created < pods) simulation.after(SECOND / podsPerSecond, create);
  };
  simulation.after(SECOND, create);
  const begin = performance.now();
  const cpuBefore = process.cpuUsage();
  const events = simulation.run();
  const wallSeconds = (performance.now() - begin) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuSeconds = (user + system) / SECOND;
  const heapMiB = process.memoryUsage().heapUsed / 2 ** 20;
  if (server.objects.count("Pod") !== 0) throw new Error(`${server.objects.count("Pod")} pods were left over`);
  const writes = pods * WRITES_PER_POD;
  if (commits < writes) throw new Error(`${commits} commits instead of ${writes}`);
  return {
    pods,
    nodes,
    writes,
    engine_events: events,
    wall_seconds: wallSeconds,
    cpu_seconds: cpuSeconds,
    writes_per_s: writes / wallSeconds,
    writes_per_cpu_s: writes / cpuSeconds,
    heap_mib: heapMiB,
  };
}

/** A thousand nodes take a thousand pods a second; each pod is there for a few milliseconds. */
const NODES = 1_000;
const PODS_PER_SECOND = 1_000;
const PODS = 100_000;

export const apiServerWrites: Benchmark = {
  name: "writes",
  description: "writes through the simulated API server: pods created, bound, reported on, deleted and removed",
  run: (args) => {
    refuseOptions("writes", args);
    return [measure(PODS, NODES, PODS_PER_SECOND)];
  },
};
