/**
 * What the API server does to a changed object before it validates it: fields that clients cannot write stay as they are or follow.
 *
 * Source: PrepareForUpdate in kubernetes pkg/registry/apps/daemonset/strategy.go, statefulset/strategy.go and
 * core/persistentvolumeclaim/strategy.go.
 */
import { normalizeDataSources } from "../../../api/data-source.js";
import type { Kind, ObjectsByKind } from "../../../api/kinds.js";
import { TEMPLATE_GENERATION_ANNOTATION, withoutMaxUnavailable } from "../../../api/prepare.js";
import type { ApiObject } from "../../../api/types/meta.js";
import { sameContent } from "./same-content.js";

type PrepareUpdate = { readonly [K in Kind]?: (object: ObjectsByKind[K], stored: ObjectsByKind[K]) => ObjectsByKind[K] };

const PREPARE: PrepareUpdate = {
  StatefulSet: withoutMaxUnavailable,
  PersistentVolumeClaim: (object, stored) =>
    object.spec === stored.spec ? object : { ...object, spec: normalizeDataSources(object.spec) },
  DaemonSet: (object, stored) => {
    const before = stored.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION] ?? "0";
    const generation = sameContent(object.spec.template, stored.spec.template) ? before : String(Number(before) + 1);
    const { annotations } = object.metadata;
    if (annotations?.[TEMPLATE_GENERATION_ANNOTATION] === generation) return object;
    return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [TEMPLATE_GENERATION_ANNOTATION]: generation } } };
  },
};

/** A changed object as the API server stores it, admission and validation apart. */
export function prepareForUpdate<T extends ApiObject>(object: T, stored: T): T {
  const prepare = PREPARE[object.kind as Kind] as ((object: ApiObject, stored: ApiObject) => ApiObject) | undefined;
  return (prepare === undefined ? object : prepare(object, stored)) as T;
}
