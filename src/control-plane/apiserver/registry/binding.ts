/**
 * The pods/binding subresource.
 *
 * Source: kubernetes/pkg/registry/core/pod/storage BindingREST.setPodNodeAndMetadata.
 */
import type { ApiObject, Condition, Timestamp } from "../../../api/types/meta.js";
import type { Pod, PodSpec, PodStatus } from "../../../api/types/pod.js";
import type { Target } from "../client.js";
import { conflict } from "../status-errors.js";
import { type RegistryContext, wholeSeconds } from "./registry-context.js";
import { storedTarget } from "./stored-target.js";
import { withoutField } from "./without-field.js";

/** @throws ApiStatusError 404 or 409 */
export function bindPod(context: RegistryContext, target: Target<"Pod">, nodeName: string): ApiObject {
  const { admission, store, writer } = context;
  const entry = storedTarget(store, target);
  const bound = boundPod(entry.object as Pod, nodeName, wholeSeconds(context));
  return writer.replaced("Pod", entry, admission.admitBinding(bound, nodeName, store));
}

/** Specs of bound pods by the spec they had before and the node, so that pods of one template on one node share theirs. */
const boundSpecs = new WeakMap<PodSpec, Map<string, PodSpec>>();

function boundSpec(spec: PodSpec, nodeName: string): PodSpec {
  let byNode = boundSpecs.get(spec);
  if (byNode === undefined) boundSpecs.set(spec, (byNode = new Map<string, PodSpec>()));
  let bound = byNode.get(nodeName);
  if (bound === undefined) byNode.set(nodeName, (bound = Object.freeze({ ...spec, nodeName })));
  return bound;
}

function withScheduledCondition(status: PodStatus | undefined, now: Timestamp): PodStatus {
  const conditions = status?.conditions ?? [];
  const scheduled: Condition = { type: "PodScheduled", status: "True", lastTransitionTime: now };
  const index = conditions.findIndex((condition) => condition.type === "PodScheduled");
  const next = index < 0 ? [...conditions, scheduled] : conditions.with(index, scheduled);
  if (status?.nominatedNodeName === undefined) return { ...status, conditions: next };
  return { ...withoutField(status, "nominatedNodeName"), conditions: next };
}

/**
 * The pod as bound to the node: spec.nodeName set, condition PodScheduled true, status.nominatedNodeName cleared.
 *
 * @param now whole seconds
 * @throws ApiStatusError 409 where the pod is bound or being deleted already, or still has scheduling gates
 */
function boundPod(pod: Pod, nodeName: string, now: Timestamp): Pod {
  const { name } = pod.metadata;
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict("pods/binding", name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== "") {
    throw conflict("pods/binding", name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  }
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) throw conflict("pods/binding", name, `pod ${name} has non-empty .spec.schedulingGates`);
  return { ...pod, spec: boundSpec(pod.spec, nodeName), status: withScheduledCondition(pod.status, now) };
}
