/**
 * How many endpoints of a Service each zone ought to have: in proportion to the processors of its nodes.
 *
 * Source: staging/src/k8s.io/endpointslice/topologycache (getAllocations, getGivingAndReceivingZones, serviceOverloaded).
 */

/** Part by which an endpoint may have more traffic than its share. Source: overloadThreshold in topologycache.go. */
const OVERLOAD_THRESHOLD = 0.2;
/** Endpoints that a zone has to lack, or to have to spare, at least for one to be moved. Source: getGivingAndReceivingZones in utils.go. */
const LEAST_MOVE = 0.5;

/** Each zone's part of all processors; zones in order of name. */
export type ZoneRatios = ReadonlyMap<string, number>;
export type EndpointsByZone = ReadonlyMap<string, number>;

export interface Allocation {
  readonly maximum: number;
  readonly desired: number;
}

function minimumOf(share: number): number {
  return Math.ceil(share * (1 / (1 + OVERLOAD_THRESHOLD)));
}

/** Undefined where some zone's endpoints would be overloaded whatever is done. */
export function allocationsOf(ratios: ZoneRatios, endpoints: number): ReadonlyMap<string, Allocation> | undefined {
  let spare = endpoints;
  for (const ratio of ratios.values()) spare -= minimumOf(ratio * endpoints);
  if (spare < 0) return undefined;
  const allocations = new Map<string, Allocation>();
  for (const [zone, ratio] of ratios) {
    const minimum = minimumOf(ratio * endpoints);
    allocations.set(zone, { maximum: minimum + spare, desired: Math.max(ratio * endpoints, minimum) });
  }
  return allocations;
}

/** How many endpoints zones with too many of them give, and zones with too few get. */
export function movesBetween(
  allocations: ReadonlyMap<string, Allocation>,
  present: EndpointsByZone,
): { readonly give: Map<string, number>; readonly get: Map<string, number> } {
  const surplus = new Map<string, number>();
  const lack = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const difference = (present.get(zone) ?? 0) - desired;
    if (difference > 0) surplus.set(zone, difference);
    else if (difference < 0) lack.set(zone, -difference);
  }
  const give = new Map<string, number>();
  const get = new Map<string, number>();
  for (;;) {
    const from = greatest(surplus);
    const to = greatest(lack);
    if (from === undefined || to === undefined || (from.count < 1 && to.count < 1)) break;
    if (from.count < LEAST_MOVE || to.count < LEAST_MOVE) break;
    give.set(from.zone, (give.get(from.zone) ?? 0) + 1);
    get.set(to.zone, (get.get(to.zone) ?? 0) + 1);
    surplus.set(from.zone, from.count - 1);
    lack.set(to.zone, to.count - 1);
  }
  return { give, get };
}

/** Of equal zones the first by name; upstream takes any. */
function greatest(zones: ReadonlyMap<string, number>): { readonly zone: string; readonly count: number } | undefined {
  let best: { readonly zone: string; readonly count: number } | undefined;
  for (const [zone, count] of zones) if (count > (best?.count ?? 0)) best = { zone, count };
  return best;
}

/** Whether some zone has fewer endpoints than its part of the processors asks for. Without ratios every Service has. */
export function isOverloaded(present: EndpointsByZone, ratios: ZoneRatios | undefined): boolean {
  if (present.size === 0) return false;
  if (ratios === undefined) return true;
  let total = 0;
  for (const count of present.values()) total += count;
  for (const [zone, ratio] of ratios) {
    const count = present.get(zone);
    if (count === undefined || count < minimumOf(total * ratio)) return true;
  }
  return false;
}
