/**
 * What a plugin answers. No status at all (undefined) is Success, as a nil *Status upstream.
 *
 * Source of the codes: k8s.io/kube-scheduler/framework/interface.go
 */
export type Code = "Success" | "Error" | "Unschedulable" | "UnschedulableAndUnresolvable" | "Wait" | "Skip" | "Pending";

/** Immutable; plugins hold the statuses that they give often as constants, so that statuses of many nodes are compared by identity. */
export class Status {
  constructor(
    readonly code: Code,
    readonly reasons: readonly string[] = [],
    /** The plugin that answered; the framework fills it in where the plugin left it empty. */
    readonly plugin = "",
    /** What was thrown, where the code is Error. */
    readonly cause?: unknown,
  ) {}

  /** Whether the pod cannot go there: Unschedulable, UnschedulableAndUnresolvable or Pending. */
  get isRejected(): boolean {
    return this.code === "Unschedulable" || this.code === "UnschedulableAndUnresolvable" || this.code === "Pending";
  }

  get message(): string {
    return this.reasons.join(", ");
  }

  withPlugin(plugin: string): Status {
    return this.plugin === "" ? new Status(this.code, this.reasons, plugin, this.cause) : this;
  }
}

export function unschedulable(plugin: string, ...reasons: string[]): Status {
  return new Status("Unschedulable", reasons, plugin);
}

/** Rejected in a way that no preemption can mend. */
export function unresolvable(plugin: string, ...reasons: string[]): Status {
  return new Status("UnschedulableAndUnresolvable", reasons, plugin);
}

/** An answer that is no success, as the framework passes it on: a rejection with who rejected, an error with where it happened. */
export function failureOf(answer: Status, plugin: string, point: string): Status {
  if (answer.isRejected) return answer.withPlugin(plugin);
  return new Status("Error", [`running ${point} plugin "${plugin}": ${answer.message}`], plugin, answer.cause);
}

/** PreFilter or PreScore has nothing to do for this pod: the plugin is left out of Filter or Score. */
export const SKIP = new Status("Skip");
