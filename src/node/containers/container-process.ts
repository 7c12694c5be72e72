/** One run of a container: what its behaviour came to this time, and when it will end by itself. */
import type { Container } from "../../api/types/pod.js";
import type { Distribution } from "../../engine/distribution.js";
import type { RandomStream } from "../../engine/random.js";
import type { EventId, SimTime } from "../../engine/simulation.js";
import type { ContainerBehavior, UsageProfile } from "./behavior.js";
import { constantProfile, firstTimeAbove, valueAt } from "../usage/usage-profile.js";

/** Exit code of a process that was killed by SIGKILL: 128 + 9. */
export const SIGKILL_EXIT_CODE = 137;
/** Exit code of a container of which only the remains were found, as containerd reports it after a reboot. */
export const UNKNOWN_EXIT_CODE = 255;

export type EndReason = "Completed" | "Error" | "OOMKilled" | "Unknown";

export interface ProcessEnd {
  readonly at: SimTime;
  readonly exitCode: number;
  readonly reason: EndReason;
}

function durationOf(distribution: Distribution, stream: RandomStream): SimTime {
  return Math.max(0, Math.round(distribution.sample(stream)));
}

export function profileOf(usage: Distribution | UsageProfile | undefined, stream: RandomStream): UsageProfile | undefined {
  if (usage === undefined) return undefined;
  return "points" in usage ? usage : constantProfile(Math.max(0, usage.sample(stream)));
}

export class ContainerProcess {
  /** When it begins to serve. */
  readonly servesAt: SimTime;
  /** CPU wanted in cores, memory and storage taken in bytes, over the time since the start. */
  readonly cpu: UsageProfile | undefined;
  readonly memory: UsageProfile | undefined;
  readonly ephemeralStorage: UsageProfile | undefined;
  /** CPU time after which it ends, microseconds of one core; undefined where that does not decide. */
  readonly cpuWork: number | undefined;
  /** How it ends if nobody interferes. */
  readonly naturalEnd: ProcessEnd | undefined;
  /** The event at which it ends, whatever the reason. */
  endEvent: EventId | undefined;
  plannedEnd: SimTime | undefined;

  constructor(
    readonly container: Container,
    readonly behavior: ContainerBehavior,
    readonly startedAt: SimTime,
    memoryLimit: number | undefined,
    stream: RandomStream,
  ) {
    this.servesAt = behavior.startup === undefined ? startedAt : startedAt + durationOf(behavior.startup, stream);
    this.cpu = profileOf(behavior.cpuUsage, stream);
    this.memory = profileOf(behavior.memoryUsage, stream);
    this.ephemeralStorage = profileOf(behavior.ephemeralStorageUsage, stream);
    this.cpuWork = behavior.cpuWork === undefined ? undefined : durationOf(behavior.cpuWork, stream);
    this.naturalEnd = this.ownEnd(memoryLimit, stream);
  }

  /** Whole bytes. */
  memoryAt(time: SimTime): number {
    return this.memory === undefined ? 0 : Math.round(valueAt(this.memory, time - this.startedAt));
  }

  /** Whole bytes. */
  ephemeralStorageAt(time: SimTime): number {
    return this.ephemeralStorage === undefined ? 0 : Math.round(valueAt(this.ephemeralStorage, time - this.startedAt));
  }

  /** How long it takes to end after the stop signal. */
  shutdownDuration(stream: RandomStream): SimTime {
    return this.behavior.shutdown === undefined ? 0 : durationOf(this.behavior.shutdown, stream);
  }

  /** How it ends by itself, whenever that is. */
  get ownExit(): Omit<ProcessEnd, "at"> {
    const exitCode = this.behavior.exitCode ?? 0;
    return { exitCode, reason: exitCode === 0 ? "Completed" : "Error" };
  }

  private ownEnd(memoryLimit: number | undefined, stream: RandomStream): ProcessEnd | undefined {
    let end: ProcessEnd | undefined;
    if (this.behavior.runDuration !== undefined) {
      end = { at: this.startedAt + durationOf(this.behavior.runDuration, stream), ...this.ownExit };
    }
    const memory = this.behavior.memoryUsage;
    if (this.memory === undefined || memoryLimit === undefined || memoryLimit <= 0) return end;
    const above = firstTimeAbove(this.memory, memoryLimit);
    if (above === undefined) return end;
    // A constant is what the process takes once it is up; it grows to that while it starts.
    const at = memory !== undefined && "points" in memory ? this.startedAt + above : this.servesAt;
    return end !== undefined && end.at <= at ? end : { at, exitCode: SIGKILL_EXIT_CODE, reason: "OOMKilled" };
  }
}
