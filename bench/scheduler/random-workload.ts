/** Random nodes and pods that use every field on which the default scheduler decides: a workload to compare two schedulers by. */
import seedrandom from "seedrandom";
import { HOSTNAME_LABEL, REGION_LABEL, ZONE_LABEL } from "../../src/api/topology-labels.js";

/** Objects as they stand in nodes.jsonl and pods.jsonl. */
type Manifest = Readonly<Record<string, unknown>>;

export interface RandomWorkload {
  readonly nodes: readonly Manifest[];
  /** Bound pods first. */
  readonly pods: readonly Manifest[];
}

const ZONES = ["zone-a", "zone-b", "zone-c", "zone-d"];
const REGIONS = ["region-1", "region-2"];
const LABELS: Readonly<Record<string, readonly string[]>> = {
  disk: ["ssd", "hdd"],
  arch: ["amd64", "arm64", "riscv"],
  tier: ["a", "b", "c"],
  // One value is no number, for Gt and Lt.
  rank: ["1", "5", "10", "x"],
};
const TAINTS: readonly { readonly key: string; readonly value?: string }[] = [
  { key: "dedicated", value: "batch" },
  { key: "dedicated", value: "gpu" },
  { key: "soft", value: "1" },
  { key: "flaky" },
];
const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const IMAGES = ["registry.k8s.io/a:1", "registry.k8s.io/b:1", "docker.io/library/c:latest", "d:2", "e"];
const APPS = ["web", "db", "cache", "job"];
const TOPOLOGY_KEYS = [HOSTNAME_LABEL, ZONE_LABEL, REGION_LABEL, "disk"];
const NAMESPACES = ["default", "default", "default", "dev"];
/** From fewer than the 100 nodes below which all are looked at to more than that. */
const NODE_COUNTS = [3, 8, 20, 60, 130, 250];
const POD_COUNTS = [60, 200, 500];
const TEMPLATE_COUNTS = [4, 12, 40];

/** The same workload for the same seed. */
export function randomWorkload(seed: string): RandomWorkload {
  return new Generator(seedrandom(seed)).workload();
}

class Generator {
  private nodeCount = 0;

  constructor(private readonly random: () => number) {}

  workload(): RandomWorkload {
    this.nodeCount = this.pick(NODE_COUNTS);
    const zones = this.chance(0.15) ? [] : ZONES.slice(0, 1 + this.below(ZONES.length));
    const nodes = this.many(this.nodeCount, (index) => this.node(index, zones));
    const templates = this.many(this.pick(TEMPLATE_COUNTS), () => this.template());
    const bound = this.below(2 * this.nodeCount);
    const pods = this.many(bound + this.pick(POD_COUNTS), (index) => this.pod(index, index < bound, this.pick(templates)));
    return { nodes, pods };
  }

  private node(index: number, zones: readonly string[]): Manifest {
    const name = `node-${index}`;
    const labels: Record<string, string> = { [HOSTNAME_LABEL]: name };
    if (zones.length > 0 && this.chance(0.95)) labels[ZONE_LABEL] = this.pick(zones);
    if (this.chance(0.8)) labels[REGION_LABEL] = this.pick(REGIONS);
    for (const [key, values] of Object.entries(LABELS)) if (this.chance(0.7)) labels[key] = this.pick(values);
    const taints = TAINTS.filter(() => this.chance(0.12)).map((taint) => ({ ...taint, effect: this.pick(EFFECTS) }));
    const allocatable = {
      cpu: this.pick(["2", "4", "8", "3900m", "16"]),
      memory: this.pick(["4Gi", "8Gi", "16Gi", "7.5Gi", "32Gi", "16000000000"]),
      pods: this.pick(["110", "20", "8"]),
      "ephemeral-storage": this.pick(["100Gi", "50Gi"]),
      ...this.maybe(0.3, () => ({ "nvidia.com/gpu": this.pick(["1", "4", "8"]) })),
      ...this.maybe(0.2, () => ({ "hugepages-2Mi": "512Mi" })),
    };
    const images = IMAGES.filter(() => this.chance(0.4)).map((image) => ({
      names: [image],
      sizeBytes: this.pick([5e6, 30e6, 300e6, 1.2e9, 2.5e9]),
    }));
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: name, labels },
      spec: { taints, ...this.maybe(0.04, () => ({ unschedulable: true })) },
      status: { capacity: allocatable, allocatable, images, conditions: [{ type: "Ready", status: "True" }] },
    };
  }

  /** Namespace, labels and spec that many pods share. */
  private template(): { readonly namespace: string; readonly labels: Manifest; readonly spec: Manifest } {
    return {
      namespace: this.pick(NAMESPACES),
      labels: { app: this.pick(APPS), ...this.maybe(0.5, () => ({ version: this.pick(["1", "2"]) })) },
      spec: {
        schedulerName: "default-scheduler",
        terminationGracePeriodSeconds: 30,
        restartPolicy: "Always",
        containers: this.many(1 + this.below(2), (index) => this.container(`main-${index}`)),
        ...this.maybe(0.2, () => ({
          initContainers: this.many(1 + this.below(2), (index) => ({
            ...this.container(`init-${index}`),
            ...this.maybe(0.4, () => ({ restartPolicy: "Always" })),
          })),
        })),
        ...this.maybe(0.08, () => ({ overhead: { cpu: "100m", memory: "100Mi" } })),
        ...this.maybe(0.1, () => ({ resources: { requests: { cpu: this.pick(["1", "2"]), memory: this.pick(["1Gi", "2Gi"]) } } })),
        ...this.maybe(0.2, () => ({ nodeSelector: this.label() })),
        affinity: {
          ...this.maybe(0.4, () => ({ nodeAffinity: this.nodeAffinity() })),
          ...this.maybe(0.15, () => ({ podAffinity: this.podAffinity() })),
          ...this.maybe(0.25, () => ({ podAntiAffinity: this.podAffinity() })),
        },
        ...this.maybe(0.35, () => ({ tolerations: this.many(1 + this.below(2), () => this.toleration()) })),
        ...this.maybe(0.35, () => ({ topologySpreadConstraints: this.spreadConstraints() })),
      },
    };
  }

  private pod(index: number, isBound: boolean, { namespace, labels, spec }: ReturnType<Generator["template"]>): Manifest {
    const name = `pod-${index}`;
    const created = { name, namespace, uid: name, labels, creationTimestamp: "2026-01-01T00:00:00Z" };
    if (!isBound) return { apiVersion: "v1", kind: "Pod", metadata: created, spec };
    const deletion = { deletionTimestamp: "2026-01-01T00:10:00Z", deletionGracePeriodSeconds: 30 };
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...created, ...this.maybe(0.1, () => deletion) },
      spec: { ...spec, nodeName: `node-${this.below(this.nodeCount)}` },
      status: { phase: "Running", startTime: "2026-01-01T00:00:10Z" },
    };
  }

  private container(name: string): Manifest {
    const requests = {
      ...this.maybe(0.85, () => ({ cpu: this.pick(["0", "50m", "100m", "250m", "500m", "1", "1500m", "2"]) })),
      ...this.maybe(0.85, () => ({ memory: this.pick(["0", "64Mi", "128Mi", "200Mi", "512Mi", "1Gi", "2Gi", "1500M"]) })),
      ...this.maybe(0.1, () => ({ "ephemeral-storage": this.pick(["1Gi", "10Gi"]) })),
    };
    // Requests of these must be limits as well.
    const whole = {
      ...this.maybe(0.08, () => ({ "nvidia.com/gpu": this.pick(["1", "2"]) })),
      ...this.maybe(0.04, () => ({ "hugepages-2Mi": "64Mi" })),
    };
    return {
      name,
      image: this.pick(IMAGES),
      resources: { requests: { ...requests, ...whole }, limits: whole },
      ...this.maybe(0.07, () => ({ ports: [this.hostPort()] })),
    };
  }

  private hostPort(): Manifest {
    return {
      containerPort: 80,
      hostPort: this.pick([80, 443, 8080]),
      protocol: this.pick(["TCP", "UDP"]),
      ...this.maybe(0.4, () => ({ hostIP: this.pick(["127.0.0.1", "0.0.0.0", "10.0.0.1"]) })),
    };
  }

  private label(): Record<string, string> {
    const key = this.pick(Object.keys(LABELS));
    return { [key]: this.pick(LABELS[key]) };
  }

  private nodeRequirement(): Manifest {
    const operator = this.pick(["In", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]);
    if (operator === "Gt" || operator === "Lt") return { key: "rank", operator, values: [this.pick(["3", "7"])] };
    const key = this.pick(Object.keys(LABELS));
    if (operator === "Exists" || operator === "DoesNotExist") return { key, operator };
    return { key, operator, values: [...new Set([LABELS[key][0], ...LABELS[key].filter(() => this.chance(0.6))])] };
  }

  private nodeAffinity(): Manifest {
    const term = () => ({
      ...this.maybe(0.93, () => ({ matchExpressions: this.many(1 + this.below(2), () => this.nodeRequirement()) })),
      ...this.maybe(0.07, () => ({
        matchFields: [{ key: "metadata.name", operator: this.pick(["In", "NotIn"]), values: [`node-${this.below(this.nodeCount)}`] }],
      })),
    });
    return {
      ...this.maybe(0.6, () => ({
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: this.many(1 + this.below(2), term) },
      })),
      ...this.maybe(0.6, () => ({
        preferredDuringSchedulingIgnoredDuringExecution: this.many(1 + this.below(3), () => ({
          weight: 1 + this.below(100),
          preference: { matchExpressions: [this.nodeRequirement()] },
        })),
      })),
    };
  }

  private podSelector(): Manifest {
    if (this.chance(0.7)) return { matchLabels: { app: this.pick(APPS) } };
    const key = this.pick(["app", "version"]);
    const operator = this.pick(["In", "NotIn", "Exists", "DoesNotExist"]);
    return { matchExpressions: [{ key, operator, ...(operator.endsWith("In") && { values: ["web", "1"] }) }] };
  }

  private podAffinity(): Manifest {
    const term = () => ({
      labelSelector: this.podSelector(),
      topologyKey: this.pick(TOPOLOGY_KEYS),
      ...this.maybe(0.25, () => ({ namespaces: [this.pick(NAMESPACES)] })),
    });
    return {
      ...this.maybe(0.45, () => ({ requiredDuringSchedulingIgnoredDuringExecution: [term()] })),
      ...this.maybe(0.65, () => ({
        preferredDuringSchedulingIgnoredDuringExecution: this.many(1 + this.below(2), () => ({
          weight: 1 + this.below(100),
          podAffinityTerm: term(),
        })),
      })),
    };
  }

  private toleration(): Manifest {
    const taint = this.pick(TAINTS);
    return this.pick<Manifest>([
      { key: taint.key, operator: "Exists" },
      { ...taint, operator: "Equal" },
      { operator: "Exists", effect: "NoSchedule" },
      { key: taint.key, operator: "Exists", effect: this.pick(EFFECTS) },
    ]);
  }

  /** No two of one key and one whenUnsatisfiable: the API refuses them. */
  private spreadConstraints(): Manifest[] {
    const constraints = this.many(1 + this.below(2), () => this.spreadConstraint());
    const identities = constraints.map(({ topologyKey, whenUnsatisfiable }) => `${String(topologyKey)} ${String(whenUnsatisfiable)}`);
    return constraints.filter((_, index) => identities.indexOf(identities[index]) === index);
  }

  private spreadConstraint(): Manifest {
    const whenUnsatisfiable = this.pick(["DoNotSchedule", "ScheduleAnyway"]);
    return {
      maxSkew: 1 + this.below(4),
      topologyKey: this.pick(TOPOLOGY_KEYS),
      whenUnsatisfiable,
      ...this.maybe(0.93, () => ({ labelSelector: this.podSelector() })),
      ...(whenUnsatisfiable === "DoNotSchedule" && this.maybe(0.25, () => ({ minDomains: 1 + this.below(4) }))),
      ...this.maybe(0.2, () => ({ nodeAffinityPolicy: this.pick(["Honor", "Ignore"]) })),
      ...this.maybe(0.2, () => ({ nodeTaintsPolicy: this.pick(["Honor", "Ignore"]) })),
    };
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private maybe<T extends object>(probability: number, make: () => T): T | undefined {
    return this.chance(probability) ? make() : undefined;
  }

  private many<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}
