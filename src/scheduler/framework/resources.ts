/**
 * Resource amounts as numbers, and what a pod requests.
 *
 * cpu is counted in millicores, memory and ephemeral-storage in bytes, other resources in units, as framework.Resource upstream.
 * Source of the rules: k8s.io/component-helpers/resource/helpers.go (PodRequests), pkg/scheduler/framework/types.go,
 * pkg/scheduler/util/pod_resources.go (defaults of the non-zero requests).
 */
import { quantityMilliValue, quantityValue } from "../../api/quantity.js";
import type { Container, PodSpec, ResourceList } from "../../api/types/index.js";

export const CPU = 0;
export const MEMORY = 1;
const EPHEMERAL_STORAGE = 2;
/** Scalar resources (extended, huge pages) have the numbers from here on. */
export const FIRST_SCALAR = EPHEMERAL_STORAGE + 1;

/** What a container without the key counts in the scores: pkg/scheduler/util/pod_resources.go */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

/** Amounts by number of the resource; resources beyond its length are 0. */
export type Amounts = Float64Array;

/** Numbers the resources that a scheduler meets, so that amounts lie in arrays. */
export class ResourceIndex {
  readonly names: string[] = ["cpu", "memory", "ephemeral-storage"];
  private readonly numbers = new Map<string, number>(this.names.map((name, number) => [name, number]));

  get size(): number {
    return this.names.length;
  }

  /** The number of a resource, given out at first use. */
  numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }

  /** Amounts of a list; resources named in `skip` are left out. */
  amountsOf(list: ResourceList | undefined, skip?: string): Amounts {
    const pairs = Object.entries(list ?? {})
      .filter(([name]) => name !== skip)
      .map(([name, quantity]) => [this.numberOf(name), name === "cpu" ? quantityMilliValue(quantity) : quantityValue(quantity)] as const);
    const amounts = new Float64Array(this.size);
    for (const [number, amount] of pairs) amounts[number] = amount;
    return amounts;
  }
}

/** Resources that pod-level requests replace: cpu, memory and huge pages (resource.IsSupportedPodLevelResource). */
function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

type Defaults = Readonly<Record<string, number>>;

class RequestSum {
  readonly amounts = new Map<number, number>();

  constructor(private readonly resources: ResourceIndex) {}

  addList(list: ResourceList | undefined): void {
    for (const [name, quantity] of Object.entries(list ?? {})) {
      this.add(this.resources.numberOf(name), name === "cpu" ? quantityMilliValue(quantity) : quantityValue(quantity));
    }
  }

  /** A container's requests; resources that it has no key for count the given default. */
  addContainer(container: Container, defaults: Defaults): void {
    const requests = container.resources?.requests;
    this.addList(requests);
    for (const [name, amount] of Object.entries(defaults)) {
      if (requests === undefined || !Object.hasOwn(requests, name)) this.add(this.resources.numberOf(name), amount);
    }
  }

  add(number: number, amount: number): void {
    this.amounts.set(number, (this.amounts.get(number) ?? 0) + amount);
  }

  addAll(other: RequestSum): void {
    for (const [number, amount] of other.amounts) this.add(number, amount);
  }

  raiseTo(other: RequestSum): void {
    for (const [number, amount] of other.amounts) this.amounts.set(number, Math.max(this.amounts.get(number) ?? 0, amount));
  }
}

/** Sum of the containers and sidecars, or the largest init container with the sidecars declared before it. */
function containerRequests(spec: PodSpec, resources: ResourceIndex, defaults: Defaults): RequestSum {
  const total = new RequestSum(resources);
  for (const container of spec.containers) total.addContainer(container, defaults);
  const sidecars = new RequestSum(resources);
  const initial = new RequestSum(resources);
  for (const container of spec.initContainers ?? []) {
    const own = new RequestSum(resources);
    own.addContainer(container, defaults);
    if (container.restartPolicy === "Always") {
      total.addAll(own);
      sidecars.addAll(own);
      initial.raiseTo(sidecars);
    } else {
      own.addAll(sidecars);
      initial.raiseTo(own);
    }
  }
  total.raiseTo(initial);
  return total;
}

function toAmounts(sum: RequestSum, resources: ResourceIndex): Amounts {
  const amounts = new Float64Array(resources.size);
  for (const [number, amount] of sum.amounts) amounts[number] = amount;
  return amounts;
}

/** The three sums that the scheduler's plugins reckon with. */
export interface PodRequests {
  /** What the filter and BalancedAllocation see: pod-level requests count, overhead is added. */
  readonly requested: Amounts;
  /** Numbers of the resources of which the pod requests more than 0, in order. */
  readonly resources: readonly number[];
  /** What a bound pod adds to its node's non-zero sums of cpu and memory. */
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemory: number;
  /** What NodeResourcesFit's scorer sees of the incoming pod: defaults per container, no pod-level requests. */
  readonly scored: Amounts;
}

export function podRequests(spec: PodSpec, resources: ResourceIndex): PodRequests {
  const podLevel = Object.entries(spec.resources?.requests ?? {}).filter(([name]) => isPodLevelResource(name));
  const total = (defaults: Defaults, honourPodLevel: boolean): RequestSum => {
    const sum = containerRequests(spec, resources, defaults);
    if (honourPodLevel) {
      for (const [name, quantity] of podLevel) {
        sum.amounts.set(resources.numberOf(name), name === "cpu" ? quantityMilliValue(quantity) : quantityValue(quantity));
      }
    }
    sum.addList(spec.overhead);
    return sum;
  };
  const real = total({}, true);
  const everyDefault: Defaults = { cpu: DEFAULT_MILLI_CPU, memory: DEFAULT_MEMORY };
  const hasPodLevel = podLevel.length > 0;
  const nonZeroDefaults: Defaults = !hasPodLevel
    ? everyDefault
    : {
        ...(!real.amounts.has(CPU) && { cpu: DEFAULT_MILLI_CPU }),
        ...(!real.amounts.has(MEMORY) && { memory: DEFAULT_MEMORY }),
      };
  const nonZero = total(nonZeroDefaults, true);
  const scored = total(everyDefault, false);
  const requested = toAmounts(real, resources);
  const used: number[] = [];
  requested.forEach((amount, number) => {
    if (amount > 0) used.push(number);
  });
  return {
    requested,
    resources: used,
    nonZeroMilliCpu: nonZero.amounts.get(CPU) ?? 0,
    nonZeroMemory: nonZero.amounts.get(MEMORY) ?? 0,
    scored: toAmounts(scored, resources),
  };
}
