/**
 * The order in which the scheduler walks the nodes: one node of each zone in turn.
 *
 * Source of the rules: pkg/scheduler/backend/cache/node_tree.go, k8s.io/component-helpers/node/topology (GetZoneKey)
 */
import { BETA_REGION_LABEL, BETA_ZONE_LABEL, REGION_LABEL, ZONE_LABEL } from "../../api/topology-labels.js";
import type { Node } from "../../api/types/index.js";

/** Region and zone together; the beta labels are asked first. The empty key where the node has neither. */
export function zoneKeyOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const region = labels[BETA_REGION_LABEL] ?? labels[REGION_LABEL] ?? "";
  const zone = labels[BETA_ZONE_LABEL] ?? labels[ZONE_LABEL] ?? "";
  return region === "" && zone === "" ? "" : `${region}:\u0000:${zone}`;
}

export class NodeTree {
  /** Node numbers by zone, zones and nodes in order of arrival. A zone without nodes is dropped. */
  private readonly zones = new Map<string, number[]>();
  private readonly zoneOf = new Map<number, string>();

  get size(): number {
    return this.zoneOf.size;
  }

  add(id: number, node: Node): void {
    const zone = zoneKeyOf(node);
    const members = this.zones.get(zone);
    if (members === undefined) this.zones.set(zone, [id]);
    else members.push(id);
    this.zoneOf.set(id, zone);
  }

  /** Returns whether the order changed: a node that moves to another zone goes to that zone's end. */
  update(id: number, node: Node): boolean {
    if (this.zoneOf.get(id) === zoneKeyOf(node)) return false;
    this.remove(id);
    this.add(id, node);
    return true;
  }

  remove(id: number): void {
    const zone = this.zoneOf.get(id);
    if (zone === undefined) return;
    this.zoneOf.delete(id);
    const members = this.zones.get(zone)!;
    members.splice(members.indexOf(id), 1);
    if (members.length === 0) this.zones.delete(zone);
  }

  /** The node numbers in order: first nodes of all zones, second nodes of all zones, ... */
  list(): Int32Array {
    const order = new Int32Array(this.size);
    let length = 0;
    for (let rank = 0; length < order.length; rank++) {
      for (const members of this.zones.values()) if (rank < members.length) order[length++] = members[rank];
    }
    return order;
  }
}
