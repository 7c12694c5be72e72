/** The Auto Scaling group behind a managed node group, and which of its machines come and go. */
import type { RandomStream } from "../../engine/random.js";

/** The Auto Scaling group behind a managed node group. */
export interface ManagedNodeGroup {
  readonly id: string;
  readonly zones: readonly string[];
  readonly members: readonly ManagedInstance[];
  readonly minSize: number;
  /** The wished size. */
  readonly targetSize: number;
  /** Machines beyond the wished size, which are still there. */
  readonly excess: number;
  /** Machines launched from now on are made by a new version of the launch template. */
  renewTemplate(kubernetesVersion: string | undefined): void;
  /** Raises largest and wished size. */
  grow(by: number): void;
  /** Terminates a machine, for which another is launched; nothing where it has gone already. */
  replace(name: string): void;
  /** Lowers the wished size; the machines beyond it stay until they are taken. */
  lower(by: number): void;
  /** Lowers the largest size; below the wished one only as that falls. */
  lowerMaximum(by: number): void;
  /** Terminates a machine beyond the wished size; nothing where it has gone already. */
  take(name: string): void;
}

export interface ManagedInstance {
  readonly name: string;
  readonly zone: string | undefined;
  /** Whether the launch template's latest version made it. */
  readonly isLatest: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Enlarges the group until each zone with an old node has a new one, and by as many as are replaced at once; returns by how many. */
export function growForUpdate(group: ManagedNodeGroup, parallel: number): number {
  const most = Math.max(2 * Math.max(1, group.zones.length), parallel);
  const lacksNew = (): boolean => {
    const zones = new Set(group.members.filter(({ isLatest }) => isLatest).map(({ zone }) => zone));
    return group.members.some(({ zone }) => !zones.has(zone));
  };
  let surge = 0;
  while (surge < most && group.members.length > 0 && (surge < parallel || lacksNew())) {
    group.grow(1);
    surge++;
  }
  return surge;
}

/** Auto Scaling takes a machine of the zone that has most. Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html */
export function toTerminate({ members }: ManagedNodeGroup, stream: RandomStream): ManagedInstance {
  const count = (zone: string | undefined): number => members.filter((member) => member.zone === zone).length;
  const most = Math.max(...members.map(({ zone }) => count(zone)));
  const candidates = members.filter(({ zone }) => count(zone) === most);
  return candidates[stream.integer(candidates.length)];
}
