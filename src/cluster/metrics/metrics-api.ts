/** The metrics.k8s.io API: what metrics-server tells of pods and nodes to whoever asks, kubectl top above all. */
import { objectKey } from "../../api/kinds.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { MetricsSource } from "../../control-plane/controllers/podautoscaler/metrics-source.js";

export interface ResourceUsage {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
}

export interface PodMetrics {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly { readonly name: string; readonly usage: ResourceUsage }[];
}

export interface NodeMetrics {
  readonly node: Node;
  /** Undefined where the node's kubelet does not answer, or has not been read yet. */
  readonly usage: ResourceUsage | undefined;
}

/** Memory is measured in thousandths of bytes. */
const MILLI = 1_000;

export class MetricsApi {
  /** @param isRead whether metrics-server reads the kubelet of that node at present */
  constructor(
    private readonly source: MetricsSource,
    private readonly isRead: (node: string) => boolean,
  ) {}

  /** Pods of which every container has been read twice. @throws MetricError where there is no metrics-server */
  ofPods(pods: readonly Pod[]): readonly PodMetrics[] {
    const byNamespace = new Map<string, Pod[]>();
    for (const pod of pods) {
      const { namespace = "" } = pod.metadata;
      const others = byNamespace.get(namespace);
      if (others === undefined) byNamespace.set(namespace, [pod]);
      else others.push(pod);
    }
    return [...byNamespace].flatMap(([namespace, some]) => this.ofNamespace(namespace, some));
  }

  /** A node's use is that of its pods: the machine itself takes nothing. @throws MetricError where there is no metrics-server */
  ofNodes(nodes: readonly Node[], pods: readonly Pod[]): readonly NodeMetrics[] {
    const used = new Map<string, { cpuMillicores: number; memoryBytes: number }>();
    const nodeOf = new Map(pods.map((pod) => [objectKey(pod), pod.spec.nodeName]));
    let isAnyRead = false;
    for (const { namespace, name, containers } of this.ofPods(pods)) {
      const node = nodeOf.get(`${namespace}/${name}`) ?? "";
      const sum = used.get(node) ?? { cpuMillicores: 0, memoryBytes: 0 };
      used.set(node, sum);
      isAnyRead = true;
      for (const { usage } of containers) {
        sum.cpuMillicores += usage.cpuMillicores;
        sum.memoryBytes += usage.memoryBytes;
      }
    }
    const nothing: ResourceUsage = { cpuMillicores: 0, memoryBytes: 0 };
    const isReading = isAnyRead || pods.every(({ status }) => status?.phase !== "Running");
    return nodes.map((node) => {
      const { name } = node.metadata;
      return { node, usage: isReading && this.isRead(name) ? (used.get(name) ?? nothing) : undefined };
    });
  }

  private ofNamespace(namespace: string, pods: readonly Pod[]): readonly PodMetrics[] {
    const running = this.source.resourceMetric("cpu", namespace, pods);
    const measured = pods.filter(({ metadata }) => running.has(metadata.name));
    const names = [
      ...new Set(measured.flatMap(({ spec }) => [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name))),
    ];
    const ofContainer = names.map((name) => ({
      name,
      cpu: this.source.resourceMetric("cpu", namespace, measured, name),
      memory: this.source.resourceMetric("memory", namespace, measured, name),
    }));
    return measured.map(({ metadata: { name } }) => ({
      namespace,
      name,
      containers: ofContainer.flatMap(({ name: container, cpu, memory }) => {
        const [millicores, bytes] = [cpu.get(name), memory.get(name)];
        if (millicores === undefined || bytes === undefined) return [];
        return [{ name: container, usage: { cpuMillicores: millicores.milli, memoryBytes: bytes.milli / MILLI } }];
      }),
    }));
  }
}
