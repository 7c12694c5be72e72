/**
 * The object that an autoscaler scales, read and written through its scale subresource.
 *
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/scale-v1/ and kubernetes
 * pkg/controller/podautoscaler/horizontal.go (scaleForResourceMappings), pkg/registry/apps and pkg/registry/core/replicationcontroller (ScaleREST).
 */
import { kindInfo, type Kind, type KindInfo } from "../../../api/kinds.js";
import { compileLabelSelector, compileLabelSet, formatLabelSelector, type LabelMatcher } from "../../../api/selector.js";
import type { ApiObject, HorizontalPodAutoscaler, LabelSelector } from "../../../api/types/index.js";
import type { Target as ObjectTarget } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { ApiError, RetryLater, type Task } from "../task.js";

/** Kinds with a scale subresource. */
const SCALABLE: readonly Kind[] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

export type Scalable = ApiObject & {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
};

function groupOf(apiVersion: string | undefined): string {
  const [group, version] = (apiVersion ?? "").split("/");
  return version === undefined ? "" : group;
}

/** @throws ApiError with the message of the condition and the event, where there is no such object, no such kind, or nothing to scale */
export function* readScale(calls: ApiCalls, { metadata, spec }: HorizontalPodAutoscaler): Task<Scalable> {
  const { apiVersion, kind, name } = spec.scaleTargetRef;
  const group = groupOf(apiVersion);
  const info = kindInfo(kind);
  if (info === undefined || groupOf(info.apiVersion) !== group) {
    throw new RetryLater(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
  }
  if (!SCALABLE.includes(info.kind)) throw new RetryLater("the server could not find the requested resource");
  try {
    const target = { kind: info.kind, namespace: metadata.namespace!, name } as ObjectTarget;
    return (yield* calls.get(target)) as unknown as Scalable;
  } catch (error) {
    if (error instanceof ApiError && error.status.reason === "NotFound")
      throw new ApiError({ ...error.status, message: notFound(info, name) });
    throw error;
  }
}

/** The scale of a replication controller belongs to the group of scales, all others to that of their kind. */
function notFound({ kind, resource, apiVersion }: KindInfo, name: string): string {
  const group = kind === "ReplicationController" ? "autoscaling" : groupOf(apiVersion);
  return `${resource}/scale.${group} ${JSON.stringify(name)} not found`;
}

/** @throws ApiError */
export function* writeScale(calls: ApiCalls, { kind, metadata }: Scalable, replicas: number): Task<void> {
  const target = { kind, namespace: metadata.namespace!, name: metadata.name } as ObjectTarget;
  yield* calls.patch(
    target,
    (current) => ({ ...current, spec: { ...(current as unknown as Scalable).spec, replicas } }) as unknown as typeof current,
  );
}

export interface PodSelector {
  readonly matches: LabelMatcher;
  /** As the scale's status has it. */
  readonly text: string;
}

export function selectorOf({ kind, spec }: Scalable): PodSelector {
  if (kind === "ReplicationController") {
    const labels = spec.selector as Readonly<Record<string, string>>;
    return { matches: compileLabelSet(labels), text: formatLabelSelector({ matchLabels: labels }) };
  }
  return { matches: compileLabelSelector(spec.selector), text: formatLabelSelector(spec.selector) };
}
