/** Nodes, pods and groups for tests of the autoscaler's rules, and placements judged by the real scheduler plugins. */
import type { Node, Pod } from "../../../src/api/types/index.js";
import type { PodDisruptionBudget } from "../../../src/api/types/policy.js";
import type { CloudInstance, NodeGroup } from "../../../src/control-plane/cluster-autoscaler/cloud-provider.js";
import { type NodeTemplate, templateFromNode } from "../../../src/control-plane/cluster-autoscaler/node-template.js";
import { SECOND } from "../../../src/engine/simulation.js";
import { Simulation } from "../../../src/engine/simulation.js";
import { ClusterSnapshot } from "../../../src/scheduler/cluster-snapshot.js";
import { listersOf } from "../../../src/scheduler/framework/listers.js";

export const NOW = 1_700_000_000 * SECOND;

export function node(
  name: string,
  changes: Partial<Pick<Node, "spec">> & {
    cpu?: string;
    memory?: string;
    gpu?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ready?: boolean;
    created?: number;
  } = {},
): Node {
  const { cpu = "4", memory = "8Gi", gpu, labels = {}, annotations, ready = true, created } = changes;
  const resources = { cpu, memory, pods: "110", ...(gpu !== undefined && { "nvidia.com/gpu": String(gpu) }) };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { "kubernetes.io/hostname": name, ...labels },
      ...(annotations !== undefined && { annotations }),
      ...(created !== undefined && { creationTimestamp: created }),
    },
    spec: changes.spec ?? {},
    status: { capacity: resources, allocatable: resources, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

export interface PodChanges {
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpu?: number;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  /** Kind of the controller; absent: a ReplicaSet. */
  readonly owner?: string | undefined;
  readonly spec?: Partial<Pod["spec"]>;
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed";
  readonly deleted?: number;
  readonly created?: number;
}

export function pod(name: string, changes: PodChanges = {}): Pod {
  const {
    cpu = "1",
    memory = "64Mi",
    gpu,
    namespace = "default",
    labels = { app: "web" },
    annotations,
    spec,
    phase = "Running",
    deleted,
    created,
  } = changes;
  const owner = "owner" in changes ? changes.owner : "ReplicaSet";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      labels,
      ...(annotations !== undefined && { annotations }),
      ...(owner !== undefined && {
        ownerReferences: [{ apiVersion: "apps/v1", kind: owner, name: "owner", uid: "uid-owner", controller: true }],
      }),
      ...(deleted !== undefined && { deletionTimestamp: deleted }),
      ...(created !== undefined && { creationTimestamp: created }),
    },
    spec: {
      containers: [
        { name: "main", image: "i", resources: { requests: { cpu, memory, ...(gpu !== undefined && { "nvidia.com/gpu": String(gpu) }) } } },
      ],
      restartPolicy: "Always",
      ...spec,
    },
    status: { phase },
  };
}

export function pods(prefix: string, count: number, changes: PodChanges = {}): Pod[] {
  return Array.from({ length: count }, (_, index) => pod(`${prefix}-${index}`, changes));
}

export function budget(selector: Record<string, string>, disruptionsAllowed: number, namespace = "default"): PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "budget", namespace },
    spec: { selector: { matchLabels: selector } },
    status: { disruptionsAllowed, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  };
}

export function template(changes: Parameters<typeof node>[1] = {}): NodeTemplate {
  return templateFromNode(node("template", changes), []);
}

/** A group that does as it is told at once. */
export class TestGroup implements NodeGroup {
  readonly list: CloudInstance[];

  constructor(
    readonly id: string,
    size: number,
    readonly minSize: number,
    readonly maxSize: number,
  ) {
    this.list = Array.from({ length: size }, (_, index) => ({ name: `${id}-${index + 1}` }));
  }

  get targetSize(): number {
    return this.list.length;
  }

  get instances(): readonly CloudInstance[] {
    return this.list;
  }

  increaseSize(by: number): void {
    for (let i = 0; i < by; i++) this.list.push({ name: `${this.id}-${this.list.length + 1}` });
  }

  deleteNodes(names: readonly string[]): void {
    for (const name of names)
      this.list.splice(
        this.list.findIndex((instance) => instance.name === name),
        1,
      );
  }

  templateNode(): Node {
    return node(`template-${this.id}`);
  }
}

/** Placements by the plugins of the default scheduler. */
export function placements(nodes: readonly Node[] = []): ClusterSnapshot {
  const simulation = new Simulation({ seed: 1 });
  const snapshot = new ClusterSnapshot({ listers: listersOf([]), now: () => NOW, stream: (name) => simulation.stream(name) });
  for (const each of nodes) snapshot.setNode(each);
  return snapshot;
}
