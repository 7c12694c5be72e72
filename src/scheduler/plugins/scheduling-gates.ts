/** Keeps a pod with scheduling gates out of the queue. Source: pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go */
import type { Pod } from "../../api/types/index.js";
import { isSamePod, queueIf, UPDATE_POD_SCHEDULING_GATES_ELIMINATED, type EventRegistration } from "../framework/events.js";
import type { Answer, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { unresolvable } from "../framework/status.js";

export class SchedulingGates implements Plugin {
  static readonly NAME = "SchedulingGates";
  readonly name = SchedulingGates.NAME;

  preEnqueue(pod: PodInfo): Answer {
    const gates = pod.pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return unresolvable(this.name, `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(" ")}]`);
  }

  eventsToRegister(): readonly EventRegistration[] {
    const lostItsGates = queueIf<Pod>(
      (pod, _previous, current) => isSamePod(pod, current) && (current?.spec.schedulingGates ?? []).length === 0,
    );
    return [{ resource: "UnscheduledPod", actions: UPDATE_POD_SCHEDULING_GATES_ELIMINATED, hint: lostItsGates }];
  }
}
