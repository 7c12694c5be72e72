/**
 * Hints that keep traffic in the zone or on the node of the client: spec.trafficDistribution.
 *
 * Source: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go and
 * https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution
 */
import type { Endpoint, Service } from "../../../api/types/index.js";
import { sameValue } from "../same-value.js";
import { alsoUpdating, isReady, rewritten, type Hints } from "./hinted-slices.js";
import type { SliceChanges } from "./reconcile-slices.js";

type TrafficDistribution = "PreferClose" | "PreferSameZone" | "PreferSameNode";
const KNOWN: readonly string[] = ["PreferClose", "PreferSameZone", "PreferSameNode"] satisfies TrafficDistribution[];

/** What the Service asks for; a value of another release counts as none. */
export function trafficDistributionOf({ spec }: Service): TrafficDistribution | undefined {
  const { trafficDistribution } = spec;
  return trafficDistribution !== undefined && KNOWN.includes(trafficDistribution)
    ? (trafficDistribution as TrafficDistribution)
    : undefined;
}

/** PreferClose is the older name of PreferSameZone; who prefers its node is told the zone too, for nodes without a back end. */
function hintsFor({ zone, nodeName }: Endpoint, distribution: TrafficDistribution): Hints | undefined {
  const forNode = distribution === "PreferSameNode" && nodeName !== undefined;
  if (zone === undefined && !forNode) return undefined;
  return { ...(zone !== undefined && { forZones: [{ name: zone }] }), ...(forNode && { forNodes: [{ name: nodeName }] }) };
}

/** Endpoints that are not ready get no hints, and no slice is written because of theirs. */
export function distributed(changes: SliceChanges, distribution: TrafficDistribution): SliceChanges {
  const isWrong = (endpoint: Endpoint): boolean => isReady(endpoint) && !sameValue(endpoint.hints, hintsFor(endpoint, distribution));
  const wider = alsoUpdating(changes, ({ endpoints }) => endpoints.some(isWrong));
  return rewritten(wider, (endpoint) => (isReady(endpoint) ? hintsFor(endpoint, distribution) : endpoint.hints));
}
