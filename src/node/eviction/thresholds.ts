/**
 * Eviction thresholds: read from the kubelet's configuration, compared with what is observed.
 *
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ and pkg/kubelet/eviction/helpers.go.
 */
import { parseDuration } from "../../api/duration.js";
import { parseQuantity, quantityOf, type Quantity } from "../../api/quantity.js";
import type { Timestamp } from "../../api/types/meta.js";
import type { SimTime } from "../../engine/simulation.js";
import type { FsStats, Summary } from "./summary.js";

export const SIGNALS = [
  "allocatableMemory.available",
  "containerfs.available",
  "containerfs.inodesFree",
  "imagefs.available",
  "imagefs.inodesFree",
  "memory.available",
  "nodefs.available",
  "nodefs.inodesFree",
  "pid.available",
] as const;

export type Signal = (typeof SIGNALS)[number];
export type StarvedResource = "memory" | "ephemeral-storage" | "inodes" | "pids";
export type PressureCondition = "MemoryPressure" | "DiskPressure" | "PIDPressure";

export const RESOURCE_OF_SIGNAL: Readonly<Record<Signal, StarvedResource>> = {
  "allocatableMemory.available": "memory",
  "memory.available": "memory",
  "containerfs.available": "ephemeral-storage",
  "containerfs.inodesFree": "inodes",
  "imagefs.available": "ephemeral-storage",
  "imagefs.inodesFree": "inodes",
  "nodefs.available": "ephemeral-storage",
  "nodefs.inodesFree": "inodes",
  "pid.available": "pids",
};

export const CONDITION_OF_RESOURCE: Readonly<Record<StarvedResource, PressureCondition>> = {
  memory: "MemoryPressure",
  "ephemeral-storage": "DiskPressure",
  inodes: "DiskPressure",
  pids: "PIDPressure",
};

/** An amount, or a share of the capacity as a 32-bit float. */
export type ThresholdValue = { readonly quantity: Quantity } | { readonly percentage: number };

export interface Threshold {
  readonly signal: Signal;
  readonly value: ThresholdValue;
  /** 0 for a hard threshold. */
  readonly gracePeriod: SimTime;
  readonly minReclaim?: ThresholdValue;
}

export class EvictionConfigurationError extends Error {
  override readonly name = "EvictionConfigurationError";
}

export interface EvictionConfiguration {
  readonly evictionHard: Readonly<Record<string, string>>;
  readonly evictionSoft: Readonly<Record<string, string>>;
  readonly evictionSoftGracePeriod: Readonly<Record<string, string>>;
  readonly evictionMinimumReclaim: Readonly<Record<string, string>>;
  /** With "pods" the hard memory threshold holds for what pods may have, too. */
  readonly enforceNodeAllocatable: readonly string[];
}

/**
 * The thresholds of a configuration: hard ones first, then soft ones, each in the order of their signals.
 *
 * @throws EvictionConfigurationError, QuantityError, TimeFormatError with the kubelet's wording
 */
export function parseThresholds(configuration: EvictionConfiguration): readonly Threshold[] {
  const thresholds: Threshold[] = [];
  const reclaim = new Map(
    sorted(configuration.evictionMinimumReclaim).map(([signal, text]) => [signalOf(signal), parseMinimumReclaim(signal, text)] as const),
  );
  const add = (signal: Signal, value: ThresholdValue, gracePeriod: SimTime): void => {
    const minReclaim = reclaim.get(signal);
    thresholds.push({ signal, value, gracePeriod, ...(minReclaim !== undefined && { minReclaim }) });
  };
  const hard = sorted(configuration.evictionHard).flatMap(([name, text]) => {
    const signal = signalOf(name);
    const value = parseValue(signal, text);
    return value === undefined ? [] : [{ signal, value }];
  });
  for (const { signal, value } of hard) add(signal, value, 0);
  const gracePeriods = new Map(
    sorted(configuration.evictionSoftGracePeriod).map(([name, text]) => {
      const gracePeriod = parseDuration(text);
      if (gracePeriod < 0)
        throw new EvictionConfigurationError(`invalid eviction grace period specified: ${text}, must be a positive value`);
      return [signalOf(name), gracePeriod] as const;
    }),
  );
  for (const [name, text] of sorted(configuration.evictionSoft)) {
    const signal = signalOf(name);
    const value = parseValue(signal, text);
    if (value === undefined) continue;
    const gracePeriod = gracePeriods.get(signal);
    if (gracePeriod === undefined)
      throw new EvictionConfigurationError(`grace period must be specified for the soft eviction threshold ${signal}`);
    add(signal, value, gracePeriod);
  }
  if (configuration.enforceNodeAllocatable.includes("pods")) {
    const memory = hard.find(({ signal }) => signal === "memory.available");
    const minReclaim = reclaim.get("memory.available");
    if (memory !== undefined) {
      thresholds.push({
        signal: "allocatableMemory.available",
        value: memory.value,
        gracePeriod: 0,
        ...(minReclaim !== undefined && { minReclaim }),
      });
    }
  }
  return thresholds;
}

function sorted(map: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

function signalOf(name: string): Signal {
  const signal = SIGNALS.find((known) => known === name);
  if (signal === undefined) throw new EvictionConfigurationError(`unsupported eviction signal ${name}`);
  return signal;
}

/** A number as Go's strconv reads it, as a 32-bit share. */
function parsePercentage(text: string): number {
  const digits = text.slice(0, -1);
  const number = digits.trim() === "" ? Number.NaN : Number(digits);
  if (Number.isNaN(number)) throw new EvictionConfigurationError(`strconv.ParseFloat: parsing ${JSON.stringify(digits)}: invalid syntax`);
  return Math.fround(Math.fround(number) / 100);
}

/** Undefined for 0% and 100%, which switch a signal off. */
function parseValue(signal: Signal, text: string): ThresholdValue | undefined {
  if (text.endsWith("%")) {
    if (text === "0%" || text === "100%") return undefined;
    const percentage = parsePercentage(text);
    if (percentage < 0) throw new EvictionConfigurationError(`eviction percentage threshold ${signal} must be >= 0%: ${text}`);
    if (percentage > 1) throw new EvictionConfigurationError(`eviction percentage threshold ${signal} must be <= 100%: ${text}`);
    return { percentage };
  }
  const quantity = parseQuantity(text);
  if (quantity.sign <= 0) throw new EvictionConfigurationError(`eviction threshold ${signal} must be positive: ${quantity.toString()}`);
  return { quantity };
}

function parseMinimumReclaim(signal: string, text: string): ThresholdValue {
  if (text.endsWith("%")) {
    const percentage = parsePercentage(text);
    if (percentage <= 0) throw new EvictionConfigurationError(`eviction percentage minimum reclaim ${signal} must be positive: ${text}`);
    return { percentage };
  }
  const quantity = parseQuantity(text);
  if (quantity.sign < 0) throw new EvictionConfigurationError(`negative eviction minimum reclaim specified for ${signal}`);
  return { quantity };
}

export interface Observation {
  readonly available: number;
  readonly capacity: number;
  readonly time: Timestamp | undefined;
}

export type Observations = ReadonlyMap<Signal, Observation>;

/** What the signals read. */
export function observe({ node }: Summary): Observations {
  const observations = new Map<Signal, Observation>();
  const put = (signal: Signal, available: number | undefined, capacity: number | undefined, time: Timestamp | undefined): void => {
    if (available !== undefined && capacity !== undefined) observations.set(signal, { available, capacity, time });
  };
  const { memory, rlimit } = node;
  if (memory?.availableBytes !== undefined && memory.workingSetBytes !== undefined) {
    put("memory.available", memory.availableBytes, memory.availableBytes + memory.workingSetBytes, memory.time);
  }
  const files: readonly (readonly ["nodefs" | "imagefs" | "containerfs", FsStats | undefined])[] = [
    ["nodefs", node.fs],
    ["imagefs", node.runtime?.imageFs],
    ["containerfs", node.runtime?.containerFs],
  ];
  for (const [name, stats] of files) {
    put(`${name}.available`, stats?.availableBytes, stats?.capacityBytes, stats?.time);
    put(`${name}.inodesFree`, stats?.inodesFree, stats?.inodes, stats?.time);
  }
  if (rlimit?.maxpid !== undefined && rlimit.curproc !== undefined)
    put("pid.available", rlimit.maxpid - rlimit.curproc, rlimit.maxpid, rlimit.time);
  return observations;
}

/** The amount that a value means, given the capacity. */
export function amountOf(value: ThresholdValue, capacity: number): Quantity {
  return "quantity" in value ? value.quantity : quantityOf(Math.trunc(capacity * value.percentage), "BinarySI");
}

/** Thresholds below which the observation is, the minimum reclaim added where asked. */
export function thresholdsMet(thresholds: readonly Threshold[], observations: Observations, enforceMinReclaim: boolean): Threshold[] {
  return thresholds.filter(({ signal, value, minReclaim }) => {
    const observed = observations.get(signal);
    if (observed === undefined) return false;
    const wanted = amountOf(value, observed.capacity).value;
    const more = enforceMinReclaim && minReclaim !== undefined ? amountOf(minReclaim, observed.capacity).value : 0;
    return wanted + more > observed.available;
  });
}
