/** Disturbances of a cluster, each named as in the scenario file. All throw {@link UnknownFaultTarget} where there is no such thing. */
import { objectKey } from "../api/kinds.js";
import type { Target } from "../control-plane/apiserver/client.js";
import type { ObjectReader } from "../control-plane/apiserver/object-store.js";
import type { DataPath } from "../network/data-path.js";
import type { KubeProxy } from "../network/proxy/kube-proxy.js";
import type { Machine } from "../node/machine.js";
import type { EtcdHosts } from "./etcd-hosts.js";
import type { Reachability } from "./reachability.js";
import { UnknownFaultTarget } from "./unknown-fault-target.js";

export interface FaultSurroundings {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly dataPath: DataPath;
  readonly reachability: Reachability;
  readonly proxy: KubeProxy;
  readonly etcd: EtcdHosts;
  readonly apiServerHosts: readonly string[];
  readonly objects: ObjectReader;
}

export class Faults {
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly cluster: FaultSurroundings) {}

  /** The machine loses power: its processes and network are gone at once, without a word to anybody. */
  nodePowerOff(node: string): void {
    const machine = this.machine("nodePowerOff", node);
    this.cluster.dataPath.powerOff(node);
    machine.powerOff();
    this.networkChanged();
    this.tell();
  }

  /** The machine boots and its kubelet starts. */
  nodePowerOn(node: string): void {
    const machine = this.machine("nodePowerOn", node);
    this.cluster.dataPath.powerOn(node);
    this.networkChanged();
    machine.powerOn();
    this.tell();
  }

  /** The kubelet process stops; containers run on. */
  kubeletStop(node: string): void {
    this.machine("kubeletStop", node).stopKubelet();
    this.tell();
  }

  kubeletStart(node: string): void {
    this.machine("kubeletStart", node).startKubelet();
    this.tell();
  }

  /** The hosts still reach each other but no other host, and no other host reaches them. */
  networkPartition(hosts: readonly string[]): void {
    for (const host of hosts) this.machine("networkPartition", host);
    this.cluster.dataPath.partition(hosts);
    this.networkChanged();
    this.tell();
  }

  /** Ends every partition that involves one of the hosts; all partitions where none is named. */
  networkHeal(hosts: readonly string[]): void {
    for (const host of hosts) this.machine("networkHeal", host);
    this.cluster.dataPath.heal(hosts);
    this.networkChanged();
    this.tell();
  }

  /** The kernel module br_netfilter is unloaded: bridged packets pass by the rules of kube-proxy. */
  brNetfilterUnload(node: string): void {
    this.machine("brNetfilterUnload", node);
    this.cluster.dataPath.setBridgeNetfilter(node, false);
    this.tell();
  }

  brNetfilterLoad(node: string): void {
    this.machine("brNetfilterLoad", node);
    this.cluster.dataPath.setBridgeNetfilter(node, true);
    this.tell();
  }

  etcdMemberLoss(member: string): void {
    this.etcdMember("etcdMemberLoss", member);
    this.cluster.etcd.lose(member);
    this.tell();
  }

  etcdMemberReturn(member: string): void {
    this.etcdMember("etcdMemberReturn", member);
    this.cluster.etcd.restore(member);
    this.tell();
  }

  /** The API server of that control-plane node stops. */
  apiServerLoss(node: string): void {
    this.apiServerHost("apiServerLoss", node);
    this.cluster.reachability.setRunning(node, false);
    this.followLinks();
    this.tell();
  }

  apiServerReturn(node: string): void {
    this.apiServerHost("apiServerReturn", node);
    this.cluster.reachability.setRunning(node, true);
    this.followLinks();
    this.tell();
  }

  /** All API servers stop, or run again. */
  setServing(serving: boolean): void {
    this.cluster.reachability.setServing(serving);
    this.followLinks();
  }

  /** The container's main process is killed (SIGKILL), by nobody's order. */
  containerKill(pod: Target<"Pod">, container: string | undefined): void {
    const stored = this.cluster.objects.get("Pod", pod.namespace, pod.name);
    const node = stored?.spec.nodeName;
    if (node === undefined || this.cluster.machines.get(node)?.killProcess(pod, container) !== true) {
      const running = [...this.cluster.objects.list("Pod", pod.namespace)].filter(({ status }) => status?.phase === "Running");
      throw new UnknownFaultTarget(
        "containerKill",
        "running container of pod",
        `${pod.namespace ?? ""}/${pod.name}`,
        running.map(objectKey),
      );
    }
    this.tell();
  }

  /** Called after each fault, and after the end of each. */
  onFault(listener: () => void): void {
    this.listeners.push(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private networkChanged(): void {
    this.cluster.etcd.update();
    this.cluster.reachability.update();
    this.followLinks();
  }

  /** A node's kube-proxy that hears nothing from the API server keeps its rules. */
  private followLinks(): void {
    for (const { name } of this.cluster.dataPath.hosts) {
      if (this.cluster.reachability.isReachable(name)) this.cluster.proxy.thaw(name);
      else this.cluster.proxy.freeze(name);
    }
  }

  private machine(fault: string, node: string): Machine {
    const machine = this.cluster.machines.get(node);
    if (machine === undefined) throw new UnknownFaultTarget(fault, "node", node, [...this.cluster.machines.keys()]);
    return machine;
  }

  private etcdMember(fault: string, member: string): void {
    const { members } = this.cluster.etcd;
    if (!members.includes(member)) throw new UnknownFaultTarget(fault, "etcd member", member, members);
  }

  private apiServerHost(fault: string, node: string): void {
    const { apiServerHosts } = this.cluster;
    if (!apiServerHosts.includes(node)) throw new UnknownFaultTarget(fault, "kube-apiserver on node", node, apiServerHosts);
  }
}
