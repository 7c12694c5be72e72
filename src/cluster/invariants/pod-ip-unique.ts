/**
 * No two pods that have not ended have the same address, unless they share their node's network.
 *
 * A machine that boots gives its addresses out anew and its kubelet reports one pod after the other, so that what is stored may name an
 * address twice for a moment. Source: https://kubernetes.io/docs/concepts/cluster-administration/networking/#the-kubernetes-network-model
 */
import { objectKey } from "../../api/kinds.js";
import { hasEnded } from "../../api/pod-phase.js";
import type { Pod } from "../../api/types/pod.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

export function podIpUnique(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  return {
    ended: () => {
      const holders = new Map<string, Pod>();
      for (const pod of committed.list("Pod")) {
        const { podIP = "" } = pod.status ?? {};
        if (podIP === "" || pod.spec.hostNetwork === true || hasEnded(pod)) continue;
        const holder = holders.get(podIP);
        holders.set(podIP, pod);
        if (holder === undefined || !cluster.isSettled(committed.changedAt(pod), committed.changedAt(holder))) continue;
        cluster.violated(pod, `expected an address of its own, found ${podIP}, which ${objectKey(holder)} has`);
      }
    },
  };
}
