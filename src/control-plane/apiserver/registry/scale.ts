/**
 * The scale subresource: reads and writes a workload's number of replicas without the rest of it.
 *
 * Source: kubernetes pkg/registry/apps/deployment/storage/storage.go (ScaleREST, the same for the other kinds) and
 * pkg/apis/autoscaling/validation/validation.go (ValidateScale).
 */
import { kindInfo } from "../../../api/kinds.js";
import { formatLabelSelector } from "../../../api/selector.js";
import type { LabelSelector } from "../../../api/types/meta.js";
import type { Deployment, ReplicaSet, ReplicationController, StatefulSet } from "../../../api/types/workloads.js";
import type { Scale } from "../../../api/types/scale.js";
import type { Scalable, Target } from "../client.js";
import { badRequest, conflict, groupOf, invalidOfGroup, modifiedConflict } from "../status-errors.js";
import type { RegistryContext } from "./registry-context.js";
import { storedTarget } from "./stored-target.js";
import { storeChange } from "./update.js";

type Workload = Deployment | ReplicaSet | StatefulSet | ReplicationController;

/** @throws ApiStatusError 404 */
export function getScale({ store }: RegistryContext, target: Target<Scalable>): Scale {
  return scaleOf(storedTarget(store, target).object as Workload);
}

/** @throws ApiStatusError 400, 404, 409 or 422 */
export function rescale(context: RegistryContext, target: Target<Scalable>, change: (current: Scale) => Scale, user: string): Scale {
  const entry = storedTarget(context.store, target);
  const workload = entry.object as Workload;
  return scaleOf(storeChange(context, entry, rescaled(workload, change(scaleOf(workload))), "", user) as Workload);
}

/** A workload's scale, with the identity of the workload. */
function scaleOf(workload: Workload): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  const selector = selectorOf(workload);
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: { replicas: workload.spec.replicas ?? 1 },
    status: { replicas: workload.status?.replicas ?? 0, ...(selector !== undefined && { selector }) },
  };
}

/**
 * The workload with the replicas that a scale asks for.
 *
 * @throws ApiStatusError 400 where the scale is another object's, 409 where the workload has changed or is another one, 422
 */
function rescaled<T extends Workload>(workload: T, asked: Scale): T {
  const { kind }: { readonly kind: Scalable } = workload;
  const { name, uid, resourceVersion } = workload.metadata;
  const { metadata } = asked;
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  const { replicas } = asked.spec;
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw invalidOfGroup("autoscaling", "Scale", name, [{ type: "FieldValueInvalid", field: "spec.replicas", message }]);
  }
  if (isGiven(metadata.uid) && metadata.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid ?? ""}`;
    throw conflict(`${kindInfo(kind)!.resource}/scale.${groupOf(workload.apiVersion)}`.replace(/\.$/, ""), name, why);
  }
  if (isGiven(metadata.resourceVersion) && metadata.resourceVersion !== resourceVersion) throw modifiedConflict(kind, name);
  return replicas === workload.spec.replicas ? workload : { ...workload, spec: { ...workload.spec, replicas } };
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

/** A ReplicationController selects by labels alone. */
function selectorOf({ kind, spec }: Workload): string | undefined {
  const selector = (kind === "ReplicationController" ? { matchLabels: spec.selector } : spec.selector) as LabelSelector | undefined;
  const text = formatLabelSelector(selector);
  return text === "<none>" ? undefined : text;
}
