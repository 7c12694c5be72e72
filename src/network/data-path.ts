/** State of each host's data path: power, kernel modules, partitions. What breaks here breaks connections, not pods. */
import { ConntrackTable, CONNTRACK_MIN } from "./conntrack.js";

/** One host as packets see it. */
export class Host {
  /** Addresses of the host's own network, the primary family first. */
  addresses: readonly string[] = [];
  /** Value of topology.kubernetes.io/zone, "" where it has none. */
  zone = "";
  powered = true;
  /** Whether it is a node of the cluster. */
  isNode = false;
  /** Whether the kernel module br_netfilter is loaded: without it bridged packets pass by the rules of kube-proxy. */
  bridgeNetfilter = true;
  /** Identifies the partitions that the host is inside of; hosts reach each other where it is equal. */
  partitions = "";
  readonly conntrack = new ConntrackTable(CONNTRACK_MIN);

  constructor(
    readonly name: string,
    /** Dense number, from 0 in order of appearance. */
    readonly id: number,
  ) {}
}

/** The host is not a node of the cluster. */
export class UnknownHost extends Error {
  override readonly name = "UnknownHost";
  constructor(host: string) {
    super(`there is no host ${host}: must be the name of a node`);
  }
}

export class DataPath {
  private readonly byName = new Map<string, Host>();
  private readonly all: Host[] = [];
  private readonly cuts = new Map<number, ReadonlySet<string>>();
  private readonly powerListeners: ((host: Host) => void)[] = [];
  private nextCut = 1;

  get hosts(): readonly Host[] {
    return this.all;
  }

  /** The host of that name, made known where it is new. */
  host(name: string): Host {
    let host = this.byName.get(name);
    if (host === undefined) {
      host = new Host(name, this.all.length);
      this.byName.set(name, host);
      this.all.push(host);
      this.renumberPartitions();
    }
    return host;
  }

  find(name: string): Host | undefined {
    return this.byName.get(name);
  }

  /** Throws {@link UnknownHost}. */
  powerOff(name: string): void {
    const host = this.known(name);
    if (!host.powered) return;
    host.powered = false;
    host.conntrack.clear();
    for (const listener of this.powerListeners) listener(host);
  }

  /** Throws {@link UnknownHost}. The kernel loads br_netfilter at boot, as the cluster's set-up asks for. */
  powerOn(name: string): void {
    const host = this.known(name);
    host.bridgeNetfilter = true;
    if (host.powered) return;
    host.powered = true;
    for (const listener of this.powerListeners) listener(host);
  }

  /** Called when a host loses power or gets it back. */
  onPower(listener: (host: Host) => void): void {
    this.powerListeners.push(listener);
  }

  /** Throws {@link UnknownHost}. */
  setBridgeNetfilter(name: string, loaded: boolean): void {
    this.known(name).bridgeNetfilter = loaded;
  }

  /** The hosts reach each other, but no other host, and no other host reaches them. */
  partition(hosts: readonly string[]): void {
    this.cuts.set(this.nextCut++, new Set(hosts));
    this.renumberPartitions();
  }

  /** Ends every partition that involves one of the hosts; all where none is named. */
  heal(hosts: readonly string[] = []): void {
    for (const [cut, inside] of this.cuts) {
      if (hosts.length === 0 || hosts.some((host) => inside.has(host))) this.cuts.delete(cut);
    }
    this.renumberPartitions();
  }

  /** Whether packets from one host arrive at another; undefined stands for a machine outside the cluster. */
  reaches(from: Host | undefined, to: Host): boolean {
    return to.powered && (from === undefined ? to.partitions === "" : from.powered && from.partitions === to.partitions);
  }

  private renumberPartitions(): void {
    for (const host of this.all) {
      host.partitions = this.cuts.size === 0 ? "" : [...this.cuts].flatMap(([cut, inside]) => (inside.has(host.name) ? [cut] : [])).join();
    }
  }

  private known(name: string): Host {
    const host = this.byName.get(name);
    if (host === undefined) throw new UnknownHost(name);
    return host;
  }
}
