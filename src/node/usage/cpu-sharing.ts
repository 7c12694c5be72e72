/**
 * How the kernel's scheduler divides CPU among cgroups: by weight among those that want it, capped by quota, down the hierarchy.
 *
 * Source: https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu (weights are shares of what siblings that are active compete for;
 * cpu.max is a ceiling) and https://kubernetes.io/docs/concepts/architecture/cgroups/.
 */

/** A cgroup: a container with its demand, or a group of cgroups. Amounts in cores. */
export interface CpuGroup {
  readonly weight: number;
  /** Ceiling by quota; infinite for none. */
  readonly quota: number;
  /** What the processes of a container want; of a group, what its members want. */
  readonly demand: number;
  readonly members?: readonly CpuGroup[];
}

/** What a group can make use of: its demand under all quotas from itself down. */
export function usableDemand({ quota, demand, members }: CpuGroup): number {
  const wanted = members === undefined ? demand : members.reduce((sum, member) => sum + usableDemand(member), 0);
  return Math.min(wanted, quota);
}

/**
 * Gives each container its part of so many cores, told through `give`. No member gets more than it can use; what one leaves goes to the
 * others by weight.
 */
export function shareCpu(cores: number, groups: readonly CpuGroup[], give: (container: CpuGroup, cores: number) => void): void {
  let open = groups.map((group) => ({ group, usable: usableDemand(group) }));
  const parts = new Map<CpuGroup, number>();
  let left = cores;
  for (;;) {
    const weights = open.reduce((sum, { group }) => sum + group.weight, 0);
    const level = weights === 0 ? 0 : left / weights;
    const content = open.filter(({ group, usable }) => usable <= group.weight * level);
    if (content.length === 0) {
      for (const { group } of open) parts.set(group, group.weight * level);
      break;
    }
    for (const { group, usable } of content) {
      parts.set(group, usable);
      left -= usable;
    }
    open = open.filter((entry) => !content.includes(entry));
    if (open.length === 0) break;
  }
  for (const [group, part] of parts) {
    if (group.members === undefined) give(group, part);
    else shareCpu(part, group.members, give);
  }
}
