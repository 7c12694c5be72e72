/**
 * RuntimeClass: pods get the overhead, node selector and tolerations of their runtime class.
 *
 * Source: kubernetes/plugin/pkg/admission/runtimeclass.
 */
import { equalResourceLists } from "../../../api/resource-list.js";
import type { PodSpec } from "../../../api/types/pod.js";
import type { ObjectReader } from "../object-store.js";
import { type AdmissionPlugin, type AdmittedSpec, RefusedSpec } from "./admission.js";
import { mergeTolerations } from "./merge-tolerations.js";

function refuseOwnOverhead({ overhead = {} }: PodSpec): void {
  if (Object.keys(overhead).length > 0)
    throw new RefusedSpec("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
}

export class RuntimeClass implements AdmissionPlugin {
  readonly name = "RuntimeClass";
  readonly dependsOn = ["RuntimeClass"] as const;

  admitPodSpec(spec: PodSpec, _namespace: string, objects: ObjectReader): AdmittedSpec {
    const { runtimeClassName } = spec;
    if (runtimeClassName === undefined || runtimeClassName === "") {
      refuseOwnOverhead(spec);
      return { spec };
    }
    const runtimeClass = objects.get("RuntimeClass", undefined, runtimeClassName);
    if (runtimeClass === undefined) throw new RefusedSpec(`pod rejected: RuntimeClass "${runtimeClassName}" not found`);
    let admitted = spec;
    const overhead = runtimeClass.overhead?.podFixed;
    if (overhead === undefined) refuseOwnOverhead(spec);
    else {
      if (spec.overhead !== undefined && !equalResourceLists(spec.overhead, overhead)) {
        throw new RefusedSpec(`pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`);
      }
      admitted = { ...admitted, overhead };
    }
    const { nodeSelector, tolerations } = runtimeClass.scheduling ?? {};
    for (const [key, value] of Object.entries(nodeSelector ?? {})) {
      const own = spec.nodeSelector?.[key];
      if (own !== undefined && own !== value)
        throw new RefusedSpec(`conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`);
    }
    if (nodeSelector !== undefined) admitted = { ...admitted, nodeSelector: { ...admitted.nodeSelector, ...nodeSelector } };
    if (tolerations !== undefined) admitted = { ...admitted, tolerations: mergeTolerations(admitted.tolerations ?? [], tolerations) };
    return { spec: admitted };
  }
}
