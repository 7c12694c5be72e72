/**
 * The selector of the pods that belong together with a pod: the conjunction of its services' selectors and its controller's.
 *
 * Source: pkg/scheduler/framework/plugins/helper/spread.go (DefaultSelector)
 */
import type { LabelSelector, LabelSelectorRequirement } from "../../api/types/index.js";
import { compileLabels } from "../framework/label-matching.js";
import type { Listers } from "../framework/listers.js";
import type { PodShape } from "../framework/pod-shape.js";

/** Undefined where nothing selects the pod. */
export function defaultSelector({ namespace, labels, controller }: PodShape, listers: Listers): LabelSelector | undefined {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const { spec } of listers.informer("Service").inNamespace(namespace)) {
    if (spec.selector !== undefined && compileLabels(spec.selector)(labels)) Object.assign(matchLabels, spec.selector);
  }
  const add = (selector: LabelSelector | undefined): void => {
    for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) matchExpressions.push({ key, operator: "In", values: [value] });
    matchExpressions.push(...(selector?.matchExpressions ?? []));
  };
  const key = `${namespace}/${controller?.name ?? ""}`;
  switch (`${controller?.apiVersion ?? ""} ${controller?.kind ?? ""}`) {
    case "v1 ReplicationController":
      Object.assign(matchLabels, listers.informer("ReplicationController").get(key)?.spec.selector);
      break;
    case "apps/v1 ReplicaSet":
      add(listers.informer("ReplicaSet").get(key)?.spec.selector);
      break;
    case "apps/v1 StatefulSet":
      add(listers.informer("StatefulSet").get(key)?.spec.selector);
      break;
  }
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0 ? undefined : { matchLabels, matchExpressions };
}
