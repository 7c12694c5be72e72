/**
 * The Node object that a kubelet registers and keeps.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/nodes/, https://kubernetes.io/docs/reference/labels-annotations-taints/ and
 * pkg/kubelet/nodestatus/setters.go.
 */
import { HOSTNAME_LABEL, REGION_LABEL, ZONE_LABEL } from "../../api/topology-labels.js";
import type { Condition, Labels, ResourceList } from "../../api/types/meta.js";
import type { ContainerImage, Node, NodeStatus, Taint } from "../../api/types/node.js";
import type { Timestamp } from "../../api/types/meta.js";

export interface NodeIdentity {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly zone: string | undefined;
  readonly region: string | undefined;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  /** "v1.36.0". */
  readonly kubeletVersion: string;
  readonly containerRuntimeVersion: string;
}

/** Pressures that the node reports. */
export interface NodePressures {
  readonly memory: boolean;
  readonly disk: boolean;
  readonly pid: boolean;
}

export const NO_PRESSURE: NodePressures = { memory: false, disk: false, pid: false };

/** What the simulated machines run; no rule depends on it. */
const OS_IMAGE = "Debian GNU/Linux 13 (trixie)";
const KERNEL_VERSION = "6.12.0";
const ARCHITECTURE = "amd64";
const OPERATING_SYSTEM = "linux";

/** Where the API server reaches the kubelet (--port). */
const DAEMON_ENDPOINTS = { kubeletEndpoint: { Port: 10_250 } };
/** Volumes are attached for the node, and not by its kubelet (--enable-controller-attach-detach). */
const ATTACHED_BY_CONTROLLER = { "volumes.kubernetes.io/controller-managed-attach-detach": "true" };

/** A node lists at most so many images (nodeStatusMaxImages). */
const MAX_LISTED_IMAGES = 50;

export function nodeLabels({ name, labels, zone, region }: NodeIdentity): Labels {
  return {
    "beta.kubernetes.io/arch": ARCHITECTURE,
    "beta.kubernetes.io/os": OPERATING_SYSTEM,
    "kubernetes.io/arch": ARCHITECTURE,
    [HOSTNAME_LABEL]: name,
    "kubernetes.io/os": OPERATING_SYSTEM,
    ...(region !== undefined && { [REGION_LABEL]: region }),
    ...(zone !== undefined && { [ZONE_LABEL]: zone }),
    ...labels,
  };
}

type Verdict = Pick<Condition, "type" | "reason" | "message"> & { readonly status: "True" | "False" };

function verdicts({ memory, disk, pid }: NodePressures): readonly Verdict[] {
  const pressure = (type: string, what: string, has: string, hasNot: string, holds: boolean): Verdict =>
    holds
      ? { type, status: "True", reason: `KubeletHas${has}`, message: `kubelet has ${what}` }
      : {
          type,
          status: "False",
          reason: `KubeletHas${hasNot}`,
          message: `kubelet has ${hasNot === "NoDiskPressure" ? "no disk pressure" : `sufficient ${type === "PIDPressure" ? "PID" : "memory"} available`}`,
        };
  return [
    pressure("MemoryPressure", "insufficient memory available", "InsufficientMemory", "SufficientMemory", memory),
    pressure("DiskPressure", "disk pressure", "DiskPressure", "NoDiskPressure", disk),
    pressure("PIDPressure", "insufficient PID available", "InsufficientPID", "SufficientPID", pid),
    { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
  ];
}

/** The kubelet's conditions at a time; what did not change keeps its transition time. Other components' conditions stay. */
export function nodeConditions(previous: readonly Condition[] | undefined, pressures: NodePressures, now: Timestamp): readonly Condition[] {
  const own = verdicts(pressures).map((verdict): Condition => {
    const old = previous?.find(({ type }) => type === verdict.type);
    const lastTransitionTime = old !== undefined && old.status === verdict.status ? old.lastTransitionTime : now;
    return { ...verdict, lastHeartbeatTime: now, lastTransitionTime };
  });
  const others = previous?.filter(({ type }) => !own.some((condition) => condition.type === type)) ?? [];
  return [...own, ...others];
}

/** Whether the stored conditions say something else than the kubelet would. */
export function conditionsDiffer(stored: readonly Condition[] | undefined, pressures: NodePressures): boolean {
  return verdicts(pressures).some(({ type, status }) => stored?.find((condition) => condition.type === type)?.status !== status);
}

/** Images as a node lists them: the largest first. */
export function listedImages(present: ReadonlyMap<string, number>): readonly ContainerImage[] {
  return [...present]
    .sort(([a, sizeA], [b, sizeB]) => sizeB - sizeA || (a < b ? -1 : 1))
    .slice(0, MAX_LISTED_IMAGES)
    .map(([name, sizeBytes]) => ({ names: [name], sizeBytes }));
}

export function nodeStatus(
  identity: NodeIdentity,
  previous: NodeStatus | undefined,
  pressures: NodePressures,
  images: readonly ContainerImage[],
  now: Timestamp,
  bootID?: string,
): NodeStatus {
  return {
    ...previous,
    capacity: identity.capacity,
    allocatable: identity.allocatable,
    conditions: nodeConditions(previous?.conditions, pressures, now),
    addresses: [...identity.addresses.map((address) => ({ type: "InternalIP", address })), { type: "Hostname", address: identity.name }],
    daemonEndpoints: DAEMON_ENDPOINTS,
    nodeInfo: {
      kubeletVersion: identity.kubeletVersion,
      kubeProxyVersion: "",
      osImage: OS_IMAGE,
      kernelVersion: KERNEL_VERSION,
      containerRuntimeVersion: identity.containerRuntimeVersion,
      operatingSystem: OPERATING_SYSTEM,
      architecture: ARCHITECTURE,
      ...(bootID !== undefined && { bootID }),
    },
    images,
  };
}

/** @param bootID tells one start of the machine from another; absent: not known */
export function newNode(identity: NodeIdentity, images: readonly ContainerImage[], now: Timestamp, bootID?: string): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: identity.name,
      labels: nodeLabels(identity),
      annotations: { ...ATTACHED_BY_CONTROLLER, ...identity.annotations },
    },
    spec: identity.taints.length > 0 ? { taints: identity.taints } : {},
    status: nodeStatus(identity, undefined, NO_PRESSURE, images, now, bootID),
  };
}
