/**
 * Priority: turns a pod's priorityClassName into its priority and preemption policy.
 *
 * Source: kubernetes/plugin/pkg/admission/priority.
 */
import type { PodSpec } from "../../../api/types/pod.js";
import type { PriorityClass } from "../../../api/types/policy.js";
import type { ObjectReader } from "../object-store.js";
import { type AdmissionPlugin, type AdmittedSpec, RefusedSpec } from "./admission.js";

/** Priority of pods without class where no class is the global default. Source: scheduling.DefaultPriorityWhenNoDefaultClassExists. */
const DEFAULT_PRIORITY = 0;
const DEFAULT_PREEMPTION_POLICY = "PreemptLowerPriority";

/** Of several global defaults, the one with the lowest value counts. */
function globalDefault(objects: ObjectReader): PriorityClass | undefined {
  let chosen: PriorityClass | undefined;
  for (const candidate of objects.list("PriorityClass")) {
    if (candidate.globalDefault === true && (chosen === undefined || candidate.value < chosen.value)) chosen = candidate;
  }
  return chosen;
}

export class Priority implements AdmissionPlugin {
  readonly name = "Priority";
  readonly dependsOn = ["PriorityClass"] as const;

  admitPodSpec(spec: PodSpec, _namespace: string, objects: ObjectReader): AdmittedSpec {
    const { priorityClassName } = spec;
    let chosen: PriorityClass | undefined;
    if (priorityClassName === undefined || priorityClassName === "") chosen = globalDefault(objects);
    else {
      chosen = objects.get("PriorityClass", undefined, priorityClassName);
      if (chosen === undefined) throw new RefusedSpec(`no PriorityClass with name ${priorityClassName} was found`);
    }
    const priority = chosen?.value ?? DEFAULT_PRIORITY;
    const preemptionPolicy = chosen?.preemptionPolicy ?? DEFAULT_PREEMPTION_POLICY;
    if (spec.priority !== undefined && spec.priority !== priority) {
      throw new RefusedSpec(
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
      );
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
      throw new RefusedSpec(
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
      );
    }
    return { spec: { ...spec, priority, preemptionPolicy, ...(chosen !== undefined && { priorityClassName: chosen.metadata.name }) } };
  }
}
