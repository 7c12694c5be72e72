/**
 * What the kernel is told to enforce for QoS tiers, pods and containers (cgroup v2).
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/cgroups/, pkg/kubelet/cm/helpers_linux.go,
 * pkg/kubelet/kuberuntime/kuberuntime_container_linux.go, and github.com/opencontainers/cgroups (conversion of shares).
 */
import { parseQuantity } from "../../api/quantity.js";
import { podLimits, qosClassOf, type QosClass } from "../../api/resources.js";
import type { ResourceParts } from "../../api/template-memo.js";
import type { ResourceList } from "../../api/types/meta.js";
import type { Container, PodSpec } from "../../api/types/pod.js";
import { allContainers, amounts, CPU, HUGE_PAGES_PREFIX, MEMORY, requestAmounts } from "../admission/resources.js";

/** CPU shares: bounds of the kernel, and what one CPU has. */
const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const SHARES_PER_CPU = 1024;
const MILLI_PER_CPU = 1000;
/** Period of a container's quota, microseconds. */
export const QUOTA_PERIOD = 100_000;
/** The kernel takes no shorter quota, microseconds. */
const MIN_QUOTA = 1000;
const MAX_WEIGHT = 10_000;

export function cpuShares(milliCPU: number): number {
  if (milliCPU === 0) return MIN_SHARES;
  return Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((milliCPU * SHARES_PER_CPU) / MILLI_PER_CPU)));
}

/** Microseconds of CPU in each period; 0 for no limit. */
export function cpuQuota(milliCPU: number, period: number = QUOTA_PERIOD): number {
  return milliCPU === 0 ? 0 : Math.max(MIN_QUOTA, Math.floor((milliCPU * period) / MILLI_PER_CPU));
}

/** Millicores that a quota allows; 0 for no limit. */
export function milliCPUFromQuota(quota: number, period: number = QUOTA_PERIOD): number {
  return Math.floor((quota * MILLI_PER_CPU) / period);
}

/** Millicores that shares stand for. */
export function milliCPUFromShares(shares: number): number {
  return Math.ceil((shares * MILLI_PER_CPU) / SHARES_PER_CPU);
}

/** cpu.weight of the kubelet's own cgroups: pods and tiers. */
export function cpuWeightOfPod(shares: number): number {
  return 1 + Math.floor(((shares - MIN_SHARES) * (MAX_WEIGHT - 1)) / (MAX_SHARES - MIN_SHARES));
}

/** cpu.weight of a container, as the OCI runtime's library converts shares: one CPU gives the kernel's default of 100. */
export function cpuWeightOfContainer(shares: number): number {
  if (shares <= MIN_SHARES) return 1;
  if (shares >= MAX_SHARES) return MAX_WEIGHT;
  const l = Math.log2(shares);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}

/** Settings of one cgroup; what is absent is not set. */
export interface CgroupSettings {
  readonly cpuShares?: number;
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  readonly memoryLimitBytes?: number;
  /** Bytes of a page to bytes of such pages. */
  readonly hugePageLimits?: Readonly<Record<string, number>>;
}

function hugePageLimits(limits: ResourceList): Readonly<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [resource, quantity] of Object.entries(limits)) {
    if (!resource.startsWith(HUGE_PAGES_PREFIX)) continue;
    result[String(parseQuantity(resource.slice(HUGE_PAGES_PREFIX.length)).value)] = parseQuantity(quantity).value;
  }
  return result;
}

/** Whether every container limits the resource, or the pod as a whole does. */
function isLimited(spec: ResourceParts, resource: string): boolean {
  if ((amounts(spec.resources?.limits).get(resource) ?? 0) > 0) return true;
  return allContainers(spec).every((container) => (amounts(container.resources?.limits).get(resource) ?? 0) > 0);
}

/** The pod's cgroup. A limit holds for the pod only where nothing in it is without that limit. */
export function podCgroup(spec: ResourceParts, cpuCFSQuota: boolean, period: number = QUOTA_PERIOD): CgroupSettings {
  const limits = amounts(podLimits(spec));
  const shares = cpuShares(requestAmounts(spec).get(CPU) ?? 0);
  const hugePages = hugePageLimits(podLimits(spec));
  const quota = { cpuQuota: cpuCFSQuota ? cpuQuota(limits.get(CPU) ?? 0, period) : -1, cpuPeriod: period };
  const memory = { memoryLimitBytes: limits.get(MEMORY) ?? 0 };
  switch (qosClassOf(spec)) {
    case "Guaranteed":
      return { cpuShares: shares, ...quota, ...memory, hugePageLimits: hugePages };
    case "Burstable":
      return { cpuShares: shares, ...(isLimited(spec, CPU) && quota), ...(isLimited(spec, MEMORY) && memory), hugePageLimits: hugePages };
    case "BestEffort":
      return { cpuShares: MIN_SHARES, hugePageLimits: hugePages };
  }
}

/** A container's cgroup: shares from its request or else its limit; quota and memory from its own limit, else from the pod's. 0 is no limit. */
export function containerCgroup(container: Container, spec: PodSpec, cpuCFSQuota: boolean): CgroupSettings {
  const requests = amounts(container.resources?.requests);
  const limits = amounts(container.resources?.limits);
  const ofPod = amounts(spec.resources?.limits);
  const cpuLimit = limits.get(CPU) ?? ofPod.get(CPU) ?? 0;
  return {
    cpuShares: cpuShares(requests.get(CPU) ?? cpuLimit),
    ...(cpuCFSQuota && { cpuQuota: cpuQuota(cpuLimit), cpuPeriod: QUOTA_PERIOD }),
    memoryLimitBytes: limits.get(MEMORY) ?? ofPod.get(MEMORY) ?? 0,
  };
}

/** memory.max of a container: its own limit, else the pod's; undefined where neither limits it. */
export function containerMemoryLimit(container: Container, spec: PodSpec): number | undefined {
  const limit = amounts(container.resources?.limits).get(MEMORY) ?? amounts(spec.resources?.limits).get(MEMORY);
  return limit === 0 ? undefined : limit;
}

export type CgroupDriver = "cgroupfs" | "systemd";

const ROOT = "kubepods";

/** Settings of the tiers' cgroups. Guaranteed pods sit directly under the root. */
export function tierCgroups(pods: Iterable<PodSpec>): Readonly<Record<string, CgroupSettings>> {
  let burstable = 0;
  for (const spec of pods) if (qosClassOf(spec) === "Burstable") burstable += requestAmounts(spec).get(CPU) ?? 0;
  return {
    [`/${ROOT}`]: {},
    [`/${ROOT}/besteffort`]: { cpuShares: MIN_SHARES },
    [`/${ROOT}/burstable`]: { cpuShares: cpuShares(burstable) },
  };
}

/** Path of a pod's cgroup. */
export function podCgroupPath(uid: string, qosClass: QosClass, driver: CgroupDriver): string {
  const tier = qosClass === "Guaranteed" ? undefined : qosClass.toLowerCase();
  if (driver === "cgroupfs") return `/${ROOT}${tier === undefined ? "" : `/${tier}`}/pod${uid}`;
  const parents = tier === undefined ? [ROOT] : [ROOT, `${ROOT}-${tier}`];
  return `/${[...parents, `${parents.at(-1)!}-pod${uid.replaceAll("-", "_")}`].map((slice) => `${slice}.slice`).join("/")}`;
}
