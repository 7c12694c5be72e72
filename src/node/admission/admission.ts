/**
 * Whether a node takes a pod that was bound to it. The kubelet decides anew what the scheduler decided, and on labels of its own.
 *
 * Source: pkg/kubelet/lifecycle/predicate.go and https://kubernetes.io/docs/concepts/scheduling-eviction/ (each rule's page).
 */
import { compileNodeSelector } from "../../api/selector.js";
import type { Node, Taint } from "../../api/types/node.js";
import type { Pod, Toleration } from "../../api/types/pod.js";
import { amounts, CPU, EPHEMERAL_STORAGE, isCriticalPod, isStaticPod, MEMORY, PODS, requestAmounts, type Amounts } from "./resources.js";

export type Admission = { readonly admit: true } | { readonly admit: false; readonly reason: string; readonly message: string };

/** Resources that are missing: what the pod asks, what others have, and what there is. */
export interface InsufficientResource {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

const ADMITTED: Admission = { admit: true };
const OS_LABEL = "kubernetes.io/os";
/** The node's OS where its labels are silent: nodes of this simulator run Linux. */
const NODE_OS = "linux";
const ANY_ADDRESS = "0.0.0.0";

/** Requests and host ports of the pods on a node, kept as they come and go. */
export class PodsOnNode {
  private readonly byKey = new Map<string, Pod>();
  private readonly requested = new Map<string, number>();
  private readonly hostPorts: { readonly owner: string; readonly ip: string; readonly protocol: string; readonly port: number }[] = [];

  get size(): number {
    return this.byKey.size;
  }

  list(): Iterable<Pod> {
    return this.byKey.values();
  }

  requestedOf(resource: string): number {
    return this.requested.get(resource) ?? 0;
  }

  add(key: string, pod: Pod): void {
    if (this.byKey.has(key)) return;
    this.byKey.set(key, pod);
    for (const [resource, amount] of requestAmounts(pod.spec)) this.requested.set(resource, this.requestedOf(resource) + amount);
    for (const port of hostPortsOf(pod)) this.hostPorts.push({ owner: key, ...port });
  }

  remove(key: string): void {
    const pod = this.byKey.get(key);
    if (pod === undefined) return;
    this.byKey.delete(key);
    for (const [resource, amount] of requestAmounts(pod.spec)) this.requested.set(resource, this.requestedOf(resource) - amount);
    for (let index = this.hostPorts.length - 1; index >= 0; index--)
      if (this.hostPorts[index].owner === key) this.hostPorts.splice(index, 1);
  }

  /** Whether a port that the pod wants of the host is taken. */
  portsConflict(pod: Pod): boolean {
    if (this.hostPorts.length === 0) return false;
    return hostPortsOf(pod).some((wanted) =>
      this.hostPorts.some(
        ({ ip, protocol, port }) =>
          port === wanted.port && protocol === wanted.protocol && (ip === wanted.ip || ip === ANY_ADDRESS || wanted.ip === ANY_ADDRESS),
      ),
    );
  }
}

interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const NO_PORTS: readonly HostPort[] = [];
const portsOfSpec = new WeakMap<object, readonly HostPort[]>();

/** Host ports of regular containers and sidecars. */
function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  let ports = portsOfSpec.get(spec);
  if (ports === undefined) {
    const found: HostPort[] = [];
    for (const container of [
      ...spec.containers,
      ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
    ]) {
      for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
        if (hostPort !== undefined && hostPort > 0)
          found.push({ ip: hostIP === undefined || hostIP === "" ? ANY_ADDRESS : hostIP, protocol: protocol ?? "TCP", port: hostPort });
      }
    }
    portsOfSpec.set(spec, (ports = found.length === 0 ? NO_PORTS : found));
  }
  return ports;
}

/** Resources of which the node has too little left, in the order in which the kubelet looks. */
export function insufficientResources(pod: Pod, allocatable: Amounts, others: PodsOnNode): InsufficientResource[] {
  const insufficient: InsufficientResource[] = [];
  const podCapacity = allocatable.get(PODS) ?? 0;
  if (others.size + 1 > podCapacity) insufficient.push({ resource: PODS, requested: 1, used: others.size, capacity: podCapacity });
  const requests = requestAmounts(pod.spec);
  const look = (resource: string): void => {
    const requested = requests.get(resource) ?? 0;
    if (requested === 0) return;
    const capacity = allocatable.get(resource) ?? 0;
    const used = others.requestedOf(resource);
    if (requested > capacity - used) insufficient.push({ resource, requested, used, capacity });
  };
  look(CPU);
  look(MEMORY);
  look(EPHEMERAL_STORAGE);
  for (const resource of requests.keys()) {
    if (resource === CPU || resource === MEMORY || resource === EPHEMERAL_STORAGE) continue;
    // A device plugin that is not there yet lists nothing; the kubelet then leaves the resource to it.
    if (isExtendedResource(resource) && !allocatable.has(resource)) continue;
    look(resource);
  }
  return insufficient;
}

/** Resources outside Kubernetes' own namespace, such as nvidia.com/gpu. */
function isExtendedResource(resource: string): boolean {
  return resource.includes("/") && !resource.includes("kubernetes.io/") && !resource.startsWith("requests.");
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (
    tolerations?.some((toleration) => {
      if (toleration.effect !== undefined && (toleration.effect as string) !== "" && toleration.effect !== taint.effect) return false;
      if (toleration.key !== undefined && toleration.key !== "" && toleration.key !== taint.key) return false;
      switch (toleration.operator ?? "Equal") {
        case "Exists":
          return true;
        case "Equal":
          return (toleration.key ?? "") === taint.key && (toleration.value ?? "") === (taint.value ?? "");
        default:
          return false;
      }
    }) ?? false
  );
}

function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || compileNodeSelector(required)(node);
}

function refuse(reason: string, message: string): Admission {
  return { admit: false, reason, message };
}

/** Refusals before any look at resources: the operating system and what the node supports. */
function unsupported(pod: Pod, node: Node): Admission {
  const labelled = pod.metadata.labels?.[OS_LABEL];
  if (labelled !== undefined && labelled !== (node.metadata.labels?.[OS_LABEL] ?? NODE_OS)) {
    return refuse("PodOSSelectorNodeLabelDoesNotMatch", `Failed to admit pod as the \`${OS_LABEL}\` label doesn't match node label`);
  }
  if (pod.spec.os !== undefined && pod.spec.os.name !== NODE_OS) {
    return refuse("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
  }
  if (pod.spec.securityContext?.["supplementalGroupsPolicy"] === "Strict" && node.status?.features?.["supplementalGroupsPolicy"] !== true) {
    return refuse("SupplementalGroupsPolicyNotSupported", "SupplementalGroupsPolicy=Strict is not supported in this node");
  }
  return ADMITTED;
}

/** Refusals for other reasons than resources. */
function mismatch(pod: Pod, node: Node, others: PodsOnNode): Admission {
  const failed = (predicate: string, why: string): Admission => refuse(predicate, `Predicate ${predicate} failed: ${why}`);
  if (!matchesNodeAffinity(pod, node)) return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  const { nodeName } = pod.spec;
  if (nodeName !== undefined && nodeName !== "" && nodeName !== node.metadata.name)
    return failed("NodeName", "node(s) didn't match the requested node name");
  if (others.portsConflict(pod)) return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  if (!isStaticPod(pod)) {
    const refusing = node.spec.taints?.some((taint) => taint.effect === "NoExecute" && !tolerates(pod.spec.tolerations, taint));
    if (refusing === true) return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
  }
  return ADMITTED;
}

/** What makes room for a critical pod: returns an error text where nothing does. */
export type MakeRoom = (
  insufficient: readonly InsufficientResource[],
) => { readonly ok: true } | { readonly ok: false; readonly error: string };

/**
 * Decides on a pod; `others` are the pods that the node has already.
 *
 * @param makeRoom called for a critical pod that lacks nothing but resources
 */
export function admitPod(pod: Pod, node: Node, others: PodsOnNode, makeRoom?: MakeRoom): Admission {
  const supported = unsupported(pod, node);
  if (!supported.admit) return supported;
  const insufficient = insufficientResources(pod, amounts(node.status?.allocatable), others);
  const matching = mismatch(pod, node, others);
  if (insufficient.length > 0 && makeRoom !== undefined && isCriticalPod(pod)) {
    if (!matching.admit) return matching;
    const made = makeRoom(insufficient);
    if (made.ok) return ADMITTED;
    return refuse("UnexpectedAdmissionError", `Unexpected error while attempting to recover from admission failure: ${made.error}`);
  }
  if (insufficient.length > 0) {
    const { resource, requested, used, capacity } = insufficient[0];
    return refuse(
      `OutOf${resource}`,
      `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    );
  }
  return matching;
}
