/** What the kubelet knows of one container of a pod, and how it is reported. */
import type { Timestamp } from "../../api/types/meta.js";
import type { Container, ContainerState, ContainerStatus } from "../../api/types/pod.js";
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { ContainerProcess, ProcessEnd } from "./container-process.js";

/** Ordinary init containers run to their end, one by one; sidecars are init containers that stay; the rest is regular. */
export type ContainerRole = "init" | "sidecar" | "regular";

export interface TerminatedRun extends ProcessEnd {
  readonly startedAt: SimTime;
  readonly containerID: string;
}

/** metav1.Time keeps whole seconds. */
export function wholeSeconds(epoch: Timestamp, time: SimTime): Timestamp {
  return Math.floor((epoch + time) / SECOND) * SECOND;
}

export class ContainerRecord {
  phase: "waiting" | "running" | "terminated" = "waiting";
  /** While waiting. */
  reason: string;
  message: string | undefined;
  /** While running. */
  process: ContainerProcess | undefined;
  /** The last run that ended: the present state while terminated, the last state otherwise. */
  lastRun: TerminatedRun | undefined;
  /** The run before that, reported as last state while terminated. */
  previousRun: TerminatedRun | undefined;
  restartCount = 0;
  started = false;
  ready = false;
  /** Being created at present, or its image pulled. */
  starting = false;
  containerID: string | undefined;

  constructor(
    readonly container: Container,
    readonly role: ContainerRole,
    hasInitContainers: boolean,
  ) {
    this.reason = hasInitContainers ? "PodInitializing" : "ContainerCreating";
  }

  wait(reason: string, message?: string): boolean {
    if (this.phase === "waiting" && this.reason === reason && this.message === message) return false;
    this.phase = "waiting";
    this.reason = reason;
    this.message = message;
    return true;
  }

  begin(process: ContainerProcess, containerID: string): void {
    if (this.lastRun !== undefined) this.restartCount++;
    this.phase = "running";
    this.process = process;
    this.containerID = containerID;
    this.starting = false;
    this.started = false;
    this.ready = false;
  }

  end(end: ProcessEnd): void {
    const { process } = this;
    if (process === undefined) return;
    this.previousRun = this.lastRun;
    this.lastRun = { ...end, startedAt: process.startedAt, containerID: this.containerID ?? "" };
    this.phase = "terminated";
    this.process = undefined;
    this.started = false;
    this.ready = false;
  }

  /** An ordinary init container that did its work. */
  get isDone(): boolean {
    return this.lastRun?.exitCode === 0 && this.phase !== "running";
  }

  status(epoch: Timestamp): ContainerStatus {
    const last = this.phase === "terminated" ? this.previousRun : this.lastRun;
    const image = this.container.image ?? "";
    return {
      name: this.container.name,
      state: this.state(epoch),
      lastState: last === undefined ? {} : terminatedState(epoch, last),
      ready: this.role === "init" ? this.isDone : this.ready,
      started: this.started,
      restartCount: this.restartCount,
      image,
      imageID: this.containerID === undefined ? "" : image,
      ...(this.containerID !== undefined && { containerID: this.containerID }),
    };
  }

  private state(epoch: Timestamp): ContainerState {
    switch (this.phase) {
      case "waiting":
        return { waiting: { reason: this.reason, ...(this.message !== undefined && { message: this.message }) } };
      case "running":
        return { running: { startedAt: wholeSeconds(epoch, this.process!.startedAt) } };
      case "terminated":
        return terminatedState(epoch, this.lastRun!);
    }
  }
}

function terminatedState(epoch: Timestamp, run: TerminatedRun): ContainerState {
  return {
    terminated: {
      exitCode: run.exitCode,
      reason: run.reason,
      startedAt: wholeSeconds(epoch, run.startedAt),
      finishedAt: wholeSeconds(epoch, run.at),
    },
  };
}
