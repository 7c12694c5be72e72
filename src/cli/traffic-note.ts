/** What is said of traffic that cannot arrive: requests from outside of the cluster to a cluster IP. */
import type { Scenario } from "../scenario/scenario.js";

/**
 * Names of traffic whose requests lead nowhere. A cluster IP is an address that only the nodes' own rules know:
 * https://kubernetes.io/docs/concepts/services-networking/service/#type-clusterip
 */
export function unroutableTraffic({ traffic }: Pick<Scenario, "traffic">): readonly string[] {
  return traffic
    .filter(({ generator: { from, to } }) => "external" in from && "via" in to && to.via === "clusterIP")
    .map(({ generator: { name } }) => name);
}

/** A line for each. */
export function trafficNote(scenario: Pick<Scenario, "traffic">): string {
  return unroutableTraffic(scenario)
    .map(
      (name) =>
        `traffic ${name}: a cluster IP leads nowhere from outside of the cluster, so that its requests time out; ` +
        "to: {via: nodePort} or loadBalancer reaches the service, and so does from: {pods: ...}\n",
    )
    .join("");
}
