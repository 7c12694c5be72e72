/** No two Services have the same cluster IP. Source: https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/ */
import type { ApiObject } from "../../api/types/meta.js";
import type { Service } from "../../api/types/network.js";
import type { Invariant, ObservedCluster } from "./invariant.js";

export function serviceIpUnique(cluster: ObservedCluster): Invariant {
  const holders = new Map<string, string>();
  const take = (service: Service): void => {
    for (const ip of addressesOf(service)) {
      const holder = holders.get(ip);
      if (holder !== undefined && holder !== service.metadata.uid)
        cluster.violated(service, `expected a cluster IP of its own, found ${ip}, which another has`);
      holders.set(ip, service.metadata.uid!);
    }
  };
  const release = (service: ApiObject): void => {
    for (const ip of addressesOf(service as Service)) if (holders.get(ip) === service.metadata.uid) holders.delete(ip);
  };
  for (const service of cluster.committed.list("Service")) take(service);
  return {
    committed: ({ type, kind, object, previous }) => {
      if (kind !== "Service") return;
      if (previous !== undefined) release(previous);
      if (type !== "DELETED") take(object as Service);
    },
  };
}

function addressesOf({ spec }: Service): readonly string[] {
  const addresses = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return addresses.filter((ip) => ip !== "" && ip !== "None");
}
