/** A machine as its Node object shows it, worked out from its description. */
import type { Labels, ResourceList, Timestamp } from "../../api/types/meta.js";
import type { Node, Taint } from "../../api/types/node.js";
import { CONTAINER_RUNTIMES, type ContainerRuntimeName } from "../containers/container-runtime.js";
import { nodeAllocatable, nodeCapacity, podCapacity } from "./node-allocatable.js";
import { newNode, type NodeIdentity } from "./node-object.js";
import { amountOf, CPU, PODS } from "../admission/resources.js";
import { MISSION, type KubeletSettings } from "../settings.js";

export interface NodeDescription {
  readonly name: string;
  /** cpu, memory, ephemeral-storage, extended resources; pods where it is not the kubelet's maxPods. */
  readonly capacity: ResourceList;
  readonly systemReserved?: ResourceList;
  readonly kubeReserved?: ResourceList;
  readonly addresses: readonly string[];
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly zone?: string;
  readonly region?: string;
  /** Without "v": "1.36.0". */
  readonly kubernetesVersion?: string;
  readonly runtime?: ContainerRuntimeName;
  readonly settings?: Partial<KubeletSettings>;
}

const KUBERNETES_VERSION = "1.36.0";
/** Disk for pods where the description names none: the usual small cloud disk. */
const ASSUMED_EPHEMERAL_STORAGE = "100Gi";
export const DEFAULT_RUNTIME: ContainerRuntimeName = "containerd";

export function identityOf(description: NodeDescription): NodeIdentity {
  const settings: KubeletSettings = { ...MISSION, ...description.settings };
  const cores = Math.floor(amountOf(CPU, description.capacity[CPU] ?? 0) / 1000);
  const capacity = nodeCapacity({
    "ephemeral-storage": ASSUMED_EPHEMERAL_STORAGE,
    [PODS]: String(podCapacity(settings.maxPods, settings.podsPerCore, cores)),
    ...description.capacity,
  });
  return {
    name: description.name,
    addresses: description.addresses,
    labels: description.labels ?? {},
    annotations: description.annotations ?? {},
    taints: description.taints ?? [],
    zone: description.zone,
    region: description.region,
    capacity,
    allocatable: nodeAllocatable(capacity, description.systemReserved ?? {}, description.kubeReserved ?? {}, settings.evictionHard),
    kubeletVersion: `v${description.kubernetesVersion ?? KUBERNETES_VERSION}`,
    containerRuntimeVersion: CONTAINER_RUNTIMES[description.runtime ?? DEFAULT_RUNTIME].version,
  };
}

/** The Node object that a machine of that description would register. */
export function describedNode(description: NodeDescription, now: Timestamp): Node {
  return newNode(identityOf(description), [], now);
}
