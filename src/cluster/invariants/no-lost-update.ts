/**
 * No write overwrites one that its writer has not seen: where it says which resourceVersion or uid it is meant for, the stored object has these.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-update
 */
import type { Invariant, ObservedCluster } from "./invariant.js";
import { storedTarget } from "./stored-target.js";

export function noLostUpdate(cluster: ObservedCluster): Invariant {
  return {
    handling: ({ caller, verb, target, precondition }) => {
      if (precondition === undefined) return undefined;
      const { resourceVersion, uid } = precondition;
      const hasVersion = resourceVersion !== undefined && resourceVersion !== "";
      if (!hasVersion && uid === undefined) return undefined;
      const stored = storedTarget(cluster.stored, target);
      return (accepted) => {
        if (!accepted) return;
        const object = stored ?? `${target.kind} ${target.name}`;
        const found = stored?.metadata;
        if (hasVersion && found?.resourceVersion !== resourceVersion) {
          const expected = `expected ${verb} of resourceVersion ${resourceVersion} by ${caller.user} to be refused`;
          cluster.violated(object, `${expected}: ${found?.resourceVersion ?? "nothing"} was stored`);
        } else if (uid !== undefined && found?.uid !== uid) {
          cluster.violated(object, `expected ${verb} of uid ${uid} by ${caller.user} to be refused: ${found?.uid ?? "nothing"} was stored`);
        }
      };
    },
  };
}
