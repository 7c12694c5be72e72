/**
 * The pod network: which address belongs to which pod on which node, whether a process listens there, and what a path costs.
 *
 * Serves the kubelet as its CNI plugin ({@link PodNetwork.setUp}, {@link PodNetwork.tearDown}, {@link PodNetwork.listening}).
 */
import { ZONE_LABEL } from "../api/topology-labels.js";
import { objectKey } from "../api/kinds.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { SimTime } from "../engine/simulation.js";
import { parseQuantity } from "../api/quantity.js";
import { Cidr, familyOf } from "./address.js";
import { AddressesExhausted, AddressPool } from "./address-pool.js";
import { conntrackMax } from "./conntrack.js";
import { DataPath, type Host } from "./data-path.js";
import { HOST_TO_HOST, LOOPBACK, type PathCost } from "./path-costs.js";
import type { NetworkPlugin } from "./plugin.js";

/** A pod's place in the network. Alive until its sandbox is torn down. */
export interface Attachment {
  readonly key: string;
  readonly pod: Pod;
  readonly host: Host;
  /** The primary family first; those of the host for pods of the host network. */
  readonly addresses: readonly string[];
  readonly hostNetwork: boolean;
  /** Whether processes accept connections. */
  listening: boolean;
  /** False once the sandbox is gone. */
  attached: boolean;
}

export type PodNetworkSetup =
  { readonly ok: true; readonly addresses: readonly string[]; readonly delay: SimTime } | { readonly ok: false; readonly message: string };

/** Told when pods come, go, or begin or stop to listen. */
export interface AttachmentListener {
  attached?(attachment: Attachment): void;
  detached?(attachment: Attachment): void;
  listeningChanged?(attachment: Attachment): void;
}

export interface PodNetworkOptions {
  readonly plugin: NetworkPlugin;
  /** Ranges of pod addresses, one or one of each family; default the plugin's. */
  readonly podCIDRs?: readonly string[];
  /** How long the plugin takes to plug a pod in. Default 0: the runtime's own time for a sandbox includes it. */
  readonly setUpDelay?: () => SimTime;
  readonly dataPath?: DataPath;
  /** Round trip that is added between hosts of different zones, microseconds. */
  readonly zoneRoundTrip?: SimTime;
}

/** Size of a node's range. Source: kube-controller-manager flags node-cidr-mask-size-ipv4 (24) and -ipv6 (64). */
export const NODE_MASK_SIZE = { IPv4: 24, IPv6: 64 } as const;

/**
 * Round trip added between zones, microseconds. AWS states single-digit milliseconds between the zones of a region; 1 ms is the low
 * end of that. Source: https://aws.amazon.com/about-aws/global-infrastructure/regions_az/
 */
export const ZONE_ROUND_TRIP: SimTime = 1_000;

export class PodNetwork {
  readonly plugin: NetworkPlugin;
  readonly dataPath: DataPath;
  private readonly clusterRanges: readonly Cidr[];
  private readonly flatPools: readonly AddressPool[];
  private readonly poolsByHost = new Map<string, readonly AddressPool[]>();
  private readonly byAddress = new Map<string, Attachment>();
  private readonly byKey = new Map<string, Attachment>();
  private readonly hostByAddress = new Map<string, Host>();
  private readonly listeners: AttachmentListener[] = [];
  private readonly setUpDelay: () => SimTime;
  private readonly zoneRoundTrip: SimTime;
  private members: Host[] = [];
  private nextNodeRange = 0;

  /** Throws InvalidCidr. */
  constructor(options: PodNetworkOptions) {
    this.plugin = options.plugin;
    this.dataPath = options.dataPath ?? new DataPath();
    this.setUpDelay = options.setUpDelay ?? (() => 0);
    this.zoneRoundTrip = options.zoneRoundTrip ?? ZONE_ROUND_TRIP;
    this.clusterRanges = (options.podCIDRs ?? [this.plugin.defaultPodCIDR]).map((range) => Cidr.parse(range));
    this.dataPath.onPower((host) => {
      if (!host.powered) this.endProcesses(host);
    });
    this.flatPools = this.plugin.flatAddresses ? this.clusterRanges.map((range) => new AddressPool(range)) : [];
  }

  /** Hosts that are nodes of the cluster, in order of joining. */
  get nodes(): readonly Host[] {
    return this.members;
  }

  /** The node left the cluster: nobody sends to its node ports any more. */
  removeNode(name: string): void {
    const host = this.dataPath.host(name);
    host.isNode = false;
    this.members = this.members.filter((member) => member !== host);
  }

  /** Takes in a Node object: its addresses, zone, and the range that the node IPAM controller gave it. */
  addNode(node: Node): void {
    const host = this.dataPath.host(node.metadata.name);
    if (!host.isNode) {
      host.isNode = true;
      this.members.push(host);
    }
    host.zone = node.metadata.labels?.[ZONE_LABEL] ?? "";
    const addresses = (node.status?.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
    if (addresses.length > 0) {
      host.addresses = addresses;
      for (const address of addresses) this.hostByAddress.set(address, host);
    }
    const cores = node.status?.capacity?.["cpu"];
    if (this.plugin.connectionTable !== undefined) host.conntrack.max = this.plugin.connectionTable;
    else if (cores !== undefined) host.conntrack.max = conntrackMax(parseQuantity(String(cores)).value);
    const ranges = node.spec.podCIDRs ?? (node.spec.podCIDR === undefined ? [] : [node.spec.podCIDR]);
    if (ranges.length > 0 && !this.plugin.flatAddresses && !this.poolsByHost.has(host.name)) {
      this.poolsByHost.set(
        host.name,
        ranges.map((range) => new AddressPool(Cidr.parse(range))),
      );
    }
  }

  setUp(pod: Pod, node: string): PodNetworkSetup {
    const key = objectKey(pod);
    const former = this.byKey.get(key);
    if (former !== undefined) this.detach(former);
    const given: { readonly pool: AddressPool; readonly address: string }[] = [];
    try {
      for (const pool of this.poolsOf(node)) given.push({ pool, address: pool.allocate() });
    } catch (error) {
      if (!(error instanceof AddressesExhausted)) throw error;
      for (const { pool, address } of given) pool.release(address);
      return { ok: false, message: `plugin type="${this.plugin.name}" failed (add): ${error.message}` };
    }
    const addresses = given.map(({ address }) => address);
    this.attach({ key, pod, host: this.dataPath.host(node), addresses, hostNetwork: false, listening: false, attached: true });
    return { ok: true, addresses, delay: this.setUpDelay() };
  }

  tearDown(pod: Pod, node: string): void {
    const attachment = this.byKey.get(objectKey(pod));
    if (attachment !== undefined && attachment.host.name === node) this.detach(attachment);
  }

  listening(pod: Pod, accepting: boolean): void {
    const key = objectKey(pod);
    let attachment = this.byKey.get(key);
    if (attachment === undefined) {
      // A pod of the host network has no sandbox of its own to set up: it is there while its processes are.
      if (pod.spec.hostNetwork !== true || !accepting || pod.spec.nodeName === undefined) return;
      const host = this.dataPath.host(pod.spec.nodeName);
      attachment = { key, pod, host, addresses: host.addresses, hostNetwork: true, listening: false, attached: true };
      this.attach(attachment);
    }
    if (attachment.listening === accepting) return;
    attachment.listening = accepting;
    for (const listener of this.listeners) listener.listeningChanged?.(attachment);
    if (attachment.hostNetwork && !accepting) this.detach(attachment);
  }

  /** Pods already attached are handed to `attached` at once. */
  onAttachment(listener: AttachmentListener): void {
    this.listeners.push(listener);
    for (const attachment of this.byKey.values()) listener.attached?.(attachment);
  }

  /** By "namespace/name". */
  attachmentOf(podKey: string): Attachment | undefined {
    return this.byKey.get(podKey);
  }

  /** The pod with an address of its own; pods of the host network are found by {@link attachmentOf}. */
  attachmentAt(address: string): Attachment | undefined {
    return this.byAddress.get(address);
  }

  hostAt(address: string): Host | undefined {
    return this.hostByAddress.get(address);
  }

  attachments(): Iterable<Attachment> {
    return this.byKey.values();
  }

  /**
   * Whether packets between pods, or a host's own processes, arrive. An unloaded br_netfilter makes the node's pods unreachable and
   * unable to reach others through the kernel's rules, while nobody notices at the pods themselves.
   */
  connects(from: Host | undefined, fromPodNetwork: boolean, to: Host, toPodNetwork: boolean): boolean {
    if (!this.dataPath.reaches(from, to)) return false;
    return from === to || !fromPodNetwork || !toPodNetwork || this.plugin.acrossNodes !== undefined;
  }

  /** Cost of the path without a service in it. */
  pathCost(from: Host | undefined, fromPodNetwork: boolean, to: Host, toPodNetwork: boolean): PathCost {
    if (from === to) return fromPodNetwork || toPodNetwork ? this.plugin.sameNode : LOOPBACK;
    return (fromPodNetwork || toPodNetwork) && from !== undefined ? (this.plugin.acrossNodes ?? HOST_TO_HOST) : HOST_TO_HOST;
  }

  /** Round trip added where the hosts are in different zones. */
  zoneDetour(from: Host, to: Host): SimTime {
    return from.zone === to.zone ? 0 : this.zoneRoundTrip;
  }

  /** The machine went off: no process is left, though sandboxes stay on record until the kubelet sets them up anew. */
  private endProcesses(host: Host): void {
    for (const attachment of [...this.byKey.values()]) {
      if (attachment.host !== host || !attachment.listening) continue;
      attachment.listening = false;
      for (const listener of this.listeners) listener.listeningChanged?.(attachment);
    }
  }

  private poolsOf(node: string): readonly AddressPool[] {
    if (this.plugin.flatAddresses) return this.flatPools;
    let pools = this.poolsByHost.get(node);
    if (pools === undefined) {
      const index = this.nextNodeRange++;
      pools = this.clusterRanges.map(
        (range) =>
          // A cluster with more nodes than its range has subnets goes on beyond it: nothing here depends on the bound.
          // The single-host bridge has one range for its one host; the others split the cluster's range by node.
          new AddressPool(
            this.plugin.name === "bridge" ? range : range.subnet(Math.max(range.prefixLength, NODE_MASK_SIZE[range.family]), index),
          ),
      );
      this.poolsByHost.set(node, pools);
    }
    return pools;
  }

  private attach(attachment: Attachment): void {
    this.byKey.set(attachment.key, attachment);
    if (!attachment.hostNetwork) for (const address of attachment.addresses) this.byAddress.set(address, attachment);
    for (const listener of this.listeners) listener.attached?.(attachment);
  }

  private detach(attachment: Attachment): void {
    attachment.attached = false;
    attachment.listening = false;
    this.byKey.delete(attachment.key);
    if (!attachment.hostNetwork) {
      for (const address of attachment.addresses) {
        this.byAddress.delete(address);
        for (const pool of this.poolsOf(attachment.host.name)) if (familyOf(address) === pool.range.family) pool.release(address);
      }
    }
    for (const listener of this.listeners) listener.detached?.(attachment);
  }
}
