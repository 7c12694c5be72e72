/**
 * Priority: turns a pod's priorityClassName into its priority and preemption policy, and lets there be one global default.
 *
 * Source: kubernetes/plugin/pkg/admission/priority.
 */
import type { Kind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { PodSpec } from "../../../api/types/pod.js";
import type { PriorityClass } from "../../../api/types/policy.js";
import type { ObjectReader } from "../object-store.js";
import { forbidden } from "../status-errors.js";
import { type AdmissionPlugin, type AdmissionRequest, type AdmittedSpec, type Operation, RefusedSpec } from "./admission.js";

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

  handles(kind: Kind, operation: Operation): boolean {
    return kind === "PriorityClass" && operation !== "DELETE";
  }

  /** There is one global default at most. */
  validate(object: ApiObject, { kind, operation }: AdmissionRequest, objects: ObjectReader): void {
    const { metadata, globalDefault: isDefault = false } = object as PriorityClass;
    const other = isDefault ? globalDefault(objects)?.metadata.name : undefined;
    if (other === undefined || (operation === "UPDATE" && other === metadata.name)) return;
    throw forbidden(kind, metadata.name, `PriorityClass ${other} is already marked as default. Only one default can exist`);
  }

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
