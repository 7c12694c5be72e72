/**
 * metadata.generation grows by one when the desired state changes or deletion begins, and only then.
 *
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (generation), and for pods
 * https://kubernetes.io/docs/concepts/workloads/pods/#pod-generation (a binding does not count).
 */
import { isDeepStrictEqual } from "node:util";
import type { ApiObject } from "../../api/types/meta.js";
import type { PodSpec } from "../../api/types/pod.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

export function generationCountsSpec(cluster: ObservedCluster): Invariant {
  return {
    committed: ({ type, object, previous }) => {
      if (type !== "MODIFIED" || previous === undefined) return;
      const before = previous.metadata.generation;
      const after = object.metadata.generation;
      if (before === undefined && after === undefined) return;
      const isDeleted = object.metadata.deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined;
      const due = isDeleted || wants(previous, object);
      const grown = (after ?? 0) - (before ?? 0);
      if (due ? grown !== 1 : grown !== 0) {
        cluster.violated(
          object,
          `expected generation to ${due ? "grow by 1" : "stay"}, found ${before ?? "none"} and then ${after ?? "none"}`,
        );
      }
    },
  };
}

/** Whether the later state wants something else. */
function wants(previous: ApiObject, object: ApiObject): boolean {
  const before = (previous as WithSpec).spec;
  const after = (object as WithSpec).spec;
  if (before === undefined && after === undefined) return !isDeepStrictEqual(content(previous), content(object));
  if (before === after) return false;
  if (object.kind === "Pod" && (before as PodSpec).nodeName === undefined) {
    return !isDeepStrictEqual({ ...before, nodeName: undefined }, { ...after, nodeName: undefined });
  }
  return !isDeepStrictEqual(before, after);
}

type WithSpec = ApiObject & { readonly spec?: object };

function content(object: ApiObject): object {
  return { ...object, metadata: undefined, status: undefined };
}
