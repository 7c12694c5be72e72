/** `cluster:` with the file that it is taken from, as a description of the machines and their settings. */
import ipaddr from "ipaddr.js";
import type { ClusterDescription, NodeGroupDescription, NodeGroupScaling } from "../../cluster/description.js";
import { nodeNames } from "../../cluster/node-plan.js";
import { expandersOf, UnknownExpander } from "../../control-plane/cluster-autoscaler/expander.js";
import type { Distribution } from "../../engine/distribution.js";
import { networkPlugin } from "../../network/plugin.js";
import type { Pod } from "../../api/types/pod.js";
import { readDocuments } from "../../api/manifest/document.js";
import { FileError, readBytes } from "../files.js";
import { isClusterConfig, readClusterConfig } from "../importers/eksctl.js";
import { isKubeadmDocument, readKubeadmDocument } from "../importers/kubeadm.js";
import { isNodeList, readNodes, TraceError } from "../importers/openb.js";
import { templateAt } from "../manifests.js";
import type { SchedulerSettings } from "../scheduler.js";
import type { Cluster } from "../schema/cluster.js";
import type { NodeGroup } from "../schema/node-group.js";
import type { DurationDistribution } from "../schema/distribution.js";
import { mistakeAt, type Finding } from "../mistake.js";
import { checkRanges } from "./network-ranges.js";
import { describe } from "../validation.js";
import { durationOf, type Source } from "./source.js";

const DEFAULT_NAME = "kubernetes";
const DEFAULT_VERSION = "1.36.0";
/** Flannel's and kubeadm's customary ranges: https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/ */
const DEFAULT_POD_CIDR = "10.244.0.0/16";
const DEFAULT_SERVICE_CIDR = "10.96.0.0/12";
/** Sizes of a Raft group in use: https://etcd.io/docs/v3.6/faq/#what-is-failure-tolerance */
const ETCD_SIZES = [5, 3, 1];
/** Source of label and taint: https://kubernetes.io/docs/reference/labels-annotations-taints/#node-role-kubernetes-io-control-plane */
const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

export function normalizeCluster(given: Cluster, source: Source, scheduler: SchedulerSettings): ClusterDescription {
  const before = source.mistakes.length;
  const cluster = given.from === undefined ? given : merge(readFrom(given.from, source), given);
  const isReadable = source.mistakes.length === before;
  const groups = (cluster.nodes ?? []).flatMap((group, index) => normalizeGroup(group, ["cluster", "nodes", index], source));
  if (groups.length === 0 && isReadable)
    source.wrong(
      ["cluster", "nodes"],
      "Required value: must be a list of nodes, such as [{name: worker, count: 3, capacity: {cpu: 2, memory: 4Gi}}]",
      "parent",
    );
  checkNames(groups, cluster.nodes ?? [], source);
  const masters = groups.filter(({ controlPlane }) => controlPlane === true).reduce((sum, { count = 1 }) => sum + count, 0);
  const plugin = cluster.network?.plugin ?? "calico";
  const { encapsulation, mtu, loadBalancerAddresses, prefixDelegation } = cluster.network ?? {};
  checkPlugin(plugin, encapsulation, source);
  const podCIDR = cluster.network?.podCIDR ?? DEFAULT_POD_CIDR;
  const serviceCIDR = cluster.network?.serviceCIDR ?? DEFAULT_SERVICE_CIDR;
  checkRanges({ podCIDR, serviceCIDR, isSplitByNode: plugin !== "bridge" && !networkPlugin(plugin).flatAddresses }, source);
  const quotaBackendBytes = cluster.controlPlane?.etcd?.["quota-backend-bytes"];
  return {
    name: cluster.name ?? DEFAULT_NAME,
    kubernetesVersion: fullVersion(cluster.kubernetesVersion ?? DEFAULT_VERSION),
    profile: cluster.profile ?? "mission",
    nodeGroups: groups,
    scaling: (cluster.nodes ?? []).flatMap((group, index) => scalingOf(group, ["cluster", "nodes", index], source)),
    ...(cluster.clusterAutoscaler !== undefined && { clusterAutoscaler: autoscalerFlags(cluster.clusterAutoscaler, source) }),
    controlPlane: {
      etcdMembers: cluster.controlPlane?.etcdMembers ?? ETCD_SIZES.find((size) => masters >= size) ?? 1,
      ...(quotaBackendBytes !== undefined && { etcd: { quotaBackendBytes } }),
      apiServers: cluster.controlPlane?.apiServers ?? Math.max(1, masters),
      controllerManager: withTimes(
        cluster.controlPlane?.controllerManager ?? {},
      ) as ClusterDescription["controlPlane"]["controllerManager"],
      apiServer: withTimes(cluster.controlPlane?.apiServer ?? {}) as ClusterDescription["controlPlane"]["apiServer"],
    },
    network: {
      plugin,
      podCIDR,
      serviceCIDR,
      proxyMode: cluster.network?.proxyMode ?? (plugin === "cilium" ? "ebpf" : "iptables"),
      ...(encapsulation !== undefined && { encapsulation }),
      ...(mtu !== undefined && { mtu }),
      ...(loadBalancerAddresses !== undefined && { loadBalancerAddresses }),
      ...(prefixDelegation !== undefined && { prefixDelegation }),
    },
    kubelet: withTimes(cluster.kubelet ?? {}),
    latencies: latenciesOf(cluster.latencies ?? {}, source),
    ...(scheduler.configuration !== undefined && { scheduler: scheduler.configuration }),
    ...(scheduler.tieBreak !== undefined && { schedulerTieBreak: scheduler.tieBreak }),
  };
}

/** Two machines cannot register as one Node. */
function checkNames(groups: readonly NodeGroupDescription[], given: readonly NodeGroup[], source: Source): void {
  const known = new Set<string>();
  const owner = given.flatMap(({ names }, index) => (names === undefined ? [index] : names.map(() => index)));
  groups.forEach((group, position) => {
    const twice = nodeNames(group).find((name) => known.has(name));
    for (const name of nodeNames(group)) known.add(name);
    if (twice === undefined) return;
    const message = `Duplicate value: there is a node ${JSON.stringify(twice)} already; must be a name of its own`;
    source.wrong(["cluster", "nodes", owner[position], given[owner[position]].names === undefined ? "name" : "names"], message);
  });
}

function checkPlugin(
  plugin: ClusterDescription["network"]["plugin"],
  encapsulation: "none" | "vxlan" | "ipip" | undefined,
  source: Source,
): void {
  try {
    networkPlugin(plugin, encapsulation);
  } catch (error) {
    source.wrong(
      ["cluster", "network", "encapsulation"],
      `Invalid value: ${describe(encapsulation)}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Texts of durations become microseconds; all other values stay. */
function withTimes(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isDuration = (value: unknown) => typeof value === "string" && /^([0-9.]+(ns|us|µs|μs|ms|s|m|h))+$/.test(value);
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, isDuration(value) ? durationOf(value as string) : value]),
  );
}

function latenciesOf(
  given: Readonly<Record<string, DurationDistribution | undefined>>,
  source: Source,
): Readonly<Record<string, Distribution>> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, spec]) =>
      spec === undefined ? [] : [[name, source.distribution(["cluster", "latencies", name], spec)]],
    ),
  );
}

function fullVersion(version: string): string {
  const plain = version.replace(/^v/, "");
  return plain.split(".").length === 2 ? `${plain}.0` : plain;
}

function normalizeGroup(group: NodeGroup, path: readonly (string | number)[], source: Source): readonly NodeGroupDescription[] {
  if (group.capacity === undefined || group.capacity.cpu === undefined || group.capacity.memory === undefined) {
    source.wrong([...path, "capacity"], "Required value: must give cpu and memory, such as {cpu: 2, memory: 4Gi}", "parent");
  }
  if (group.names !== undefined && group.count !== undefined)
    source.wrong([...path, "count"], "must not stand beside names, which says how many there are", "key");
  checkAddresses(group, path, source);
  const isMaster = group.role === "control-plane";
  const { zones, addresses } = group;
  const staticPods = (group.staticPods ?? []).flatMap((manifest, index) => staticPodAt(manifest, [...path, "staticPods", index], source));
  const shared = {
    capacity: group.capacity ?? {},
    ...(group.systemReserved !== undefined && { systemReserved: group.systemReserved }),
    ...(group.kubeReserved !== undefined && { kubeReserved: group.kubeReserved }),
    ...(group.annotations !== undefined && { annotations: group.annotations }),
    ...(isMaster && { controlPlane: true }),
    labels: { ...(isMaster && { [CONTROL_PLANE]: "" }), ...group.labels },
    taints: group.taints ?? (isMaster ? [{ key: CONTROL_PLANE, effect: "NoSchedule" as const }] : []),
    ...(group.region !== undefined && { region: group.region }),
    ...(group.runtime !== undefined && { runtime: group.runtime }),
    ...(staticPods.length > 0 && { staticPods }),
    ...(group.volumeLimits !== undefined && { volumeLimits: group.volumeLimits }),
  };
  if (group.names === undefined) {
    return [
      {
        name: group.name,
        ...shared,
        ...(sizeOf(group) !== undefined && { count: sizeOf(group) }),
        ...(zones !== undefined && { zones }),
        ...(addresses !== undefined && { addresses }),
      },
    ];
  }
  return group.names.map((name, index) => ({
    name,
    ...shared,
    ...(zones !== undefined && { zones: [zones[index % zones.length]] }),
    ...(addresses?.[index] !== undefined && { addresses: [addresses[index]] }),
  }));
}

function checkAddresses({ addresses = [] }: NodeGroup, path: readonly (string | number)[], source: Source): void {
  addresses.forEach((address, index) => {
    if (ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address)) return;
    source.wrong([...path, "addresses", index], `Invalid value: ${describe(address)}: must be an IP address such as "10.0.2.15"`);
  });
}

/** A kubelet reads nothing but pods from its files. */
function staticPodAt(manifest: unknown, path: readonly (string | number)[], source: Source): readonly Pod[] {
  const object = templateAt(source.document, manifest, path, source.mistakes);
  if (object === undefined) return [];
  if (object.kind === "Pod") return [object as Pod];
  source.wrong([...path, "kind"], `Invalid value: "${object.kind}": must be Pod`);
  return [];
}

/** Nodes at the start; undefined for a single node of the group's own name. A group that may grow begins with its least size. */
function sizeOf({ count, minSize, maxSize }: NodeGroup): number | undefined {
  return count ?? (minSize === undefined && maxSize === undefined ? undefined : (minSize ?? Math.min(1, maxSize ?? 1)));
}

function scalingOf(group: NodeGroup, path: readonly (string | number)[], source: Source): readonly NodeGroupScaling[] {
  const { maxUnavailable, provisioningTime, availableInstances } = group;
  if ([group.minSize, group.maxSize, maxUnavailable, provisioningTime, availableInstances].every((field) => field === undefined)) return [];
  const size = sizeOf(group) ?? 1;
  const { minSize = Math.min(size, group.maxSize ?? size), maxSize = Math.max(size, minSize) } = group;
  if (group.names !== undefined)
    source.wrong([...path, "names"], "must not stand beside sizes: nodes that come later get names by number", "key");
  if (minSize > maxSize) source.wrong([...path, "minSize"], `Invalid value: ${minSize}: must not be greater than maxSize (${maxSize})`);
  else if (size < minSize || size > maxSize)
    source.wrong([...path, "count"], `Invalid value: ${size}: must be from minSize to maxSize (${minSize} to ${maxSize})`);
  return [
    {
      group: group.name,
      min: minSize,
      max: maxSize,
      ...(typeof maxUnavailable === "number" && { maxUnavailable }),
      ...(typeof maxUnavailable === "string" && { maxUnavailablePercentage: Number.parseInt(maxUnavailable, 10) }),
      ...(provisioningTime !== undefined && { provisioningTime: source.distribution([...path, "provisioningTime"], provisioningTime) }),
      ...(availableInstances !== undefined && { availableInstances }),
    },
  ];
}

function autoscalerFlags(
  given: NonNullable<Cluster["clusterAutoscaler"]>,
  source: Source,
): NonNullable<ClusterDescription["clusterAutoscaler"]> {
  try {
    if (given.expander !== undefined) expandersOf(given.expander);
  } catch (error) {
    if (!(error instanceof UnknownExpander)) throw error;
    source.wrong(["cluster", "clusterAutoscaler", "expander"], `Invalid value: ${describe(given.expander)}: ${error.message}`);
  }
  if (given["scan-interval"] !== undefined && durationOf(given["scan-interval"]) === 0)
    source.wrong(["cluster", "clusterAutoscaler", "scan-interval"], "Invalid value: 0: must be above 0");
  return withTimes(given) as NonNullable<ClusterDescription["clusterAutoscaler"]>;
}

/** What the scenario says goes before what the file says, setting by setting. */
function merge(base: Cluster, own: Cluster): Cluster {
  return {
    ...base,
    ...own,
    ...(base.network !== undefined && { network: { ...base.network, ...own.network } }),
    ...(base.controlPlane !== undefined && {
      controlPlane: {
        ...base.controlPlane,
        ...own.controlPlane,
        controllerManager: { ...base.controlPlane.controllerManager, ...own.controlPlane?.controllerManager },
        apiServer: { ...base.controlPlane.apiServer, ...own.controlPlane?.apiServer },
      },
    }),
    ...(base.kubelet !== undefined && { kubelet: { ...base.kubelet, ...own.kubelet } }),
  };
}

/** Reads an eksctl or kubeadm file or a node list; which of them it is, its content says. */
function readFrom(path: string, source: Source): Cluster {
  const place = ["cluster", "from"];
  const file = source.relative(path);
  let bytes: Uint8Array;
  try {
    bytes = readBytes(file);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    source.wrong(place, `${file}: ${error.message}`);
    return {};
  }
  const text = new TextDecoder().decode(bytes);
  if (isNodeList(text)) return readTrace(text, file, source);
  const documents = readDocuments(file, bytes, source.mistakes);
  let cluster: Cluster = {};
  let isKnown = false;
  for (const document of documents) {
    const found: Finding[] = [];
    if (isClusterConfig(document.value)) cluster = merge(cluster, readClusterConfig(document.value, found));
    else if (isKubeadmDocument(document.value)) cluster = merge(cluster, readKubeadmDocument(document.value, found));
    else continue;
    isKnown = true;
    source.mistakes.push(...found.map((finding) => mistakeAt(document, finding)));
  }
  if (!isKnown)
    source.wrong(
      place,
      `${file}: describes no cluster; must be an eksctl ClusterConfig, a kubeadm ClusterConfiguration, or a node list of the openb trace`,
    );
  return cluster;
}

function readTrace(text: string, file: string, source: Source): Cluster {
  try {
    return { nodes: [...readNodes(text)] };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    source.mistakes.push({ file, line: error.line, column: 1, message: error.message });
    return {};
  }
}
