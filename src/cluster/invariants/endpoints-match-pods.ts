/**
 * The EndpointSlices of a Service name the Ready pods that it selects, and no others as ready.
 *
 * Source: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
import { hasEnded } from "../../api/pod-phase.js";
import { compileLabelSet } from "../../api/selector.js";
import type { Service } from "../../api/types/network.js";
import type { Invariant, ObservedCluster } from "./invariant.js";
import { isReady, isTerminating } from "./pod-state.js";

const SERVICE_LABEL = "kubernetes.io/service-name";

export function endpointsMatchPods(cluster: ObservedCluster): Invariant {
  const { committed } = cluster;
  const check = (service: Service): void => {
    const { metadata, spec } = service;
    if (spec.selector === undefined || Object.keys(spec.selector).length === 0 || spec.type === "ExternalName") return;
    const { name, namespace, deletionTimestamp } = metadata;
    if (deletionTimestamp !== undefined) return;
    const selects = compileLabelSet(spec.selector);
    const pods = [...committed.list("Pod", namespace)].filter(({ metadata: { labels } }) => selects(labels));
    if (!cluster.isSettled(committed.changedAt(service), ...pods.map((pod) => committed.changedAt(pod)))) return;
    const expected = new Set<string>();
    for (const pod of pods) {
      const isServing = spec.publishNotReadyAddresses === true || (isReady(pod) && !isTerminating(pod));
      const { podIP = "" } = pod.status ?? {};
      if (isServing && !hasEnded(pod) && podIP !== "") expected.add(podIP);
    }
    const found = new Set<string>();
    for (const slice of committed.list("EndpointSlice", namespace)) {
      if (slice.metadata.labels?.[SERVICE_LABEL] !== name) continue;
      for (const { addresses, conditions } of slice.endpoints) if (conditions?.ready === true) found.add(addresses[0]);
    }
    const missing = [...expected].filter((address) => !found.has(address));
    const needless = [...found].filter((address) => !expected.has(address));
    if (missing.length + needless.length === 0) return;
    cluster.violated(
      service,
      `expected its ready endpoints to be its Ready pods, found ${missing.join(", ") || "none"} missing and ${needless.join(", ") || "none"} too many`,
    );
  };
  return {
    ended: () => {
      for (const service of committed.list("Service")) check(service);
    },
  };
}
