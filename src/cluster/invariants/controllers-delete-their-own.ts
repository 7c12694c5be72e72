/**
 * A workload controller deletes the pods that objects of its kind control, and no others.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works (ownerReferences, not labels alone)
 */
import { controllerOf } from "../../api/owner-references.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { storedTarget } from "./stored-target.js";

const ACCOUNT_PREFIX = "system:serviceaccount:kube-system:";
/** What the pods' controller has to be, by the account of who deletes them. */
const OWNER_KINDS: Readonly<Record<string, string>> = {
  "replicaset-controller": "ReplicaSet",
  "replication-controller": "ReplicationController",
  "statefulset-controller": "StatefulSet",
  "daemon-set-controller": "DaemonSet",
  "job-controller": "Job",
};

export function controllersDeleteTheirOwn(cluster: ObservedCluster): Invariant {
  return {
    handling: ({ caller, verb, target }) => {
      if (verb !== "delete" || target.kind !== "Pod" || !caller.user.startsWith(ACCOUNT_PREFIX)) return undefined;
      const kind = OWNER_KINDS[caller.user.slice(ACCOUNT_PREFIX.length)];
      if (kind === undefined) return undefined;
      const pod = storedTarget(cluster.stored, target);
      const owner = pod && controllerOf(pod);
      if (pod === undefined || owner?.kind === kind) return undefined;
      return (accepted) => {
        if (accepted)
          cluster.violated(pod, `expected ${caller.component} to delete pods of a ${kind}, found one of ${owner?.kind ?? "nobody"}`);
      };
    },
  };
}
