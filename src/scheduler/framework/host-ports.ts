/**
 * Host ports in use on a node. Two uses of a protocol and port collide if their addresses are equal or either is 0.0.0.0.
 *
 * Source of the rules: pkg/scheduler/framework/types.go (HostPortInfo), pkg/scheduler/util/utils.go (GetHostPorts)
 */
import type { PodSpec } from "../../api/types/index.js";

export interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

const ANY_ADDRESS = "0.0.0.0";

/** Host ports of containers and sidecars; those of other init containers do not count. */
export function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...spec.containers, ...sidecars]) {
    for (const { hostPort = 0, hostIP, protocol } of container.ports ?? []) {
      if (hostPort > 0)
        ports.push({ protocol: protocol ?? "TCP", ip: hostIP === undefined || hostIP === "" ? ANY_ADDRESS : hostIP, port: hostPort });
    }
  }
  return ports;
}

/** Ports in use with the number of their users: pods of one node may share a port where an administrator bound them by hand. */
export class UsedPorts {
  private readonly users = new Map<string, Map<string, number>>();

  private static key(port: HostPort): string {
    return `${port.protocol}/${port.port}`;
  }

  add(port: HostPort): void {
    const key = UsedPorts.key(port);
    let addresses = this.users.get(key);
    if (addresses === undefined) this.users.set(key, (addresses = new Map<string, number>()));
    addresses.set(port.ip, (addresses.get(port.ip) ?? 0) + 1);
  }

  remove(port: HostPort): void {
    const key = UsedPorts.key(port);
    const addresses = this.users.get(key);
    const count = addresses?.get(port.ip);
    if (addresses === undefined || count === undefined) return;
    if (count > 1) addresses.set(port.ip, count - 1);
    else if (addresses.size > 1) addresses.delete(port.ip);
    else this.users.delete(key);
  }

  conflicts(port: HostPort): boolean {
    const addresses = this.users.get(UsedPorts.key(port));
    if (addresses === undefined) return false;
    return port.ip === ANY_ADDRESS || addresses.has(ANY_ADDRESS) || addresses.has(port.ip);
  }

  clone(): UsedPorts {
    const copy = new UsedPorts();
    for (const [key, addresses] of this.users) copy.users.set(key, new Map(addresses));
    return copy;
  }
}
