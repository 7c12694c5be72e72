/** A small cluster for tests of nodes: API server, heartbeats, machines, and an administrator's client. */
import type { Kind, ObjectsByKind } from "../../src/api/kinds.js";
import type { Pod, PodSpec } from "../../src/api/types/pod.js";
import { ApiServer } from "../../src/control-plane/apiserver/api-server.js";
import type { ApiClient } from "../../src/control-plane/apiserver/client.js";
import { NO_LATENCIES } from "../../src/control-plane/apiserver/latencies.js";
import { LeaseHeartbeats } from "../../src/control-plane/apiserver/lease-heartbeats.js";
import { Simulation } from "../../src/engine/simulation.js";
import { Machine, type MachineOptions } from "../../src/node/machine.js";

/** Kinds of the tests that belong to no namespace. */
const CLUSTER_SCOPED: ReadonlySet<Kind> = new Set<Kind>(["Node", "CSINode"]);

export const EPOCH = Date.UTC(2026, 0, 1) * 1000;

export class TestCluster {
  readonly simulation = new Simulation({ seed: "node-tests" });
  readonly apiServer = new ApiServer({ simulation: this.simulation, epoch: EPOCH, latencies: NO_LATENCIES });
  readonly heartbeats = new LeaseHeartbeats(this.simulation, this.apiServer.links);
  readonly admin: ApiClient = this.apiServer.connect({ component: "kubectl", user: "kubernetes-admin" });
  /** Pods as they were stored, change by change. */
  readonly history: { readonly time: number; readonly pod: Pod }[] = [];

  constructor() {
    this.apiServer.onCommit((change) => {
      if (change.object.kind === "Pod") this.history.push({ time: this.simulation.now, pod: change.object as Pod });
    });
  }

  machine(name: string, options: Partial<MachineOptions> = {}): Machine {
    const { simulation, apiServer: endpoint, heartbeats } = this;
    const machine = new Machine({
      simulation,
      epoch: EPOCH,
      endpoint,
      heartbeats,
      name,
      capacity: { cpu: "4", memory: "8Gi" },
      addresses: ["10.0.2.20"],
      images: ["nginx:1.27", "busybox:1.36"],
      ...options,
    });
    machine.powerOn();
    return machine;
  }

  pod(name: string, spec: Partial<PodSpec> = {}, annotations?: Record<string, string>): Pod {
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", ...(annotations !== undefined && { annotations }) },
      spec: {
        nodeName: "worker-1",
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        containers: [{ name: "main", image: "nginx:1.27", imagePullPolicy: "IfNotPresent" }],
        ...spec,
      },
    };
    this.admin.create<"Pod">(pod);
    return pod;
  }

  stored<K extends Kind>(kind: K, name: string): ObjectsByKind[K] | undefined {
    return this.apiServer.objects.get(kind, CLUSTER_SCOPED.has(kind) ? undefined : "default", name);
  }

  events(name: string): string[] {
    return [...this.apiServer.objects.list("Event")]
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`);
  }

  /** Runs until that time, in seconds. */
  until(seconds: number): void {
    this.simulation.run(seconds * 1_000_000);
  }
}
