/**
 * Makes room for a pod that fits nowhere by ending less important pods on the node where that costs least.
 *
 * Source: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
 */
import type { DefaultPreemptionArgs } from "../configuration/types.js";
import { ExtenderError } from "../extenders/extender.js";
import type { CycleState } from "../framework/cycle-state.js";
import { DELETE, type EventRegistration } from "../framework/events.js";
import type { Handle } from "../framework/handle.js";
import type { Answer, NodeToStatus, Plugin, PostFilterResult } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Profile } from "../framework/profile.js";
import { Status, unresolvable, unschedulable } from "../framework/status.js";
import { PreemptionEvaluator, type Evaluation } from "../preemption/evaluator.js";
import { PreemptionExecutor } from "../preemption/executor.js";

export class DefaultPreemption implements Plugin {
  static readonly NAME = "DefaultPreemption";
  readonly name = DefaultPreemption.NAME;
  readonly evaluator: PreemptionEvaluator;
  private readonly executor: PreemptionExecutor;
  private readonly waits = unresolvable(this.name, "waiting for the preemption for this pod to be finished");

  /** @param profile the profile that the plugin belongs to, whose filters are asked on trial */
  constructor(
    args: DefaultPreemptionArgs,
    handle: Handle,
    private readonly profile: () => Profile,
  ) {
    this.evaluator = new PreemptionEvaluator(args, handle);
    this.executor = new PreemptionExecutor(handle, this.name);
  }

  preEnqueue(pod: PodInfo): Answer {
    return this.executor.isPreempting(pod.uid) ? this.waits : undefined;
  }

  /** A pod that cannot preempt keeps its nomination only while it waits for its victims. */
  postFilter(state: CycleState, pod: PodInfo, statuses: NodeToStatus): { readonly result?: PostFilterResult; readonly status: Status } {
    const ineligible = this.evaluator.ineligibility(pod, statuses);
    if (ineligible !== undefined) return { status: unschedulable(this.name, `preemption: ${ineligible}`) };
    const evaluation = this.evaluate(state, pod, statuses);
    if (evaluation instanceof ExtenderError) return { status: new Status("Error", [`preemption: ${evaluation.message}`], this.name) };
    if ("message" in evaluation) {
      const status = unschedulable(this.name, `preemption: ${evaluation.message}`);
      return evaluation.clearsNomination ? { result: { nominatedNodeName: "" }, status } : { status };
    }
    this.executor.start(pod, evaluation.best);
    return { result: { nominatedNodeName: evaluation.best.node }, status: new Status("Success") };
  }

  private evaluate(state: CycleState, pod: PodInfo, statuses: NodeToStatus): Evaluation | ExtenderError {
    try {
      return this.evaluator.evaluate({ profile: this.profile(), state, pod }, statuses);
    } catch (error) {
      if (error instanceof ExtenderError) return error;
      throw error;
    }
  }

  /**
   * The end of a pod lets the queue ask again whether the preemption is over; whether it helps is for the plugins to say that rejected
   * the pod.
   */
  eventsToRegister(): readonly EventRegistration[] {
    return [{ resource: "AssignedPod", actions: DELETE, hint: () => "QueueSkip" }];
  }
}
