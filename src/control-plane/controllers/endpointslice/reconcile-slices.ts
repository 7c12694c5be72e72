/**
 * Which slices to write so that they hold the wished endpoints, with as few writes as possible.
 *
 * Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByPortMapping, finalize).
 */
import type { Endpoint, EndpointSlice } from "../../../api/types/index.js";
import { sameValue } from "../same-value.js";
import type { AddressType, SlicePort } from "./endpoint.js";

export interface SliceChanges {
  readonly create: readonly Pick<EndpointSlice, "addressType" | "endpoints" | "ports">[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
}

/** Endpoints that share their ports. */
export interface PortGroup {
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly Endpoint[];
}

export function portsKey(ports: readonly SlicePort[] | undefined): string {
  const texts = (ports ?? []).map(({ name, protocol, port, appProtocol }) =>
    JSON.stringify([name ?? "", protocol ?? "TCP", port, appProtocol]),
  );
  return texts.sort().join(",");
}

function endpointKey(endpoint: Endpoint): string {
  const { targetRef, addresses } = endpoint;
  return `${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}/${targetRef?.uid ?? ""}/${addresses.join(",")}`;
}

interface Draft {
  readonly slice: EndpointSlice | undefined;
  readonly endpoints: Endpoint[];
}

/** Keeps what a slice holds rightly; the kept endpoints are taken out of `wanted`. */
function keep(slice: EndpointSlice, wanted: Map<string, Endpoint>): { readonly endpoints: Endpoint[]; readonly changed: boolean } {
  const endpoints: Endpoint[] = [];
  let changed = false;
  for (const endpoint of slice.endpoints) {
    const key = endpointKey(endpoint);
    const wish = wanted.get(key);
    if (wish === undefined) {
      changed = true;
      continue;
    }
    wanted.delete(key);
    if (sameValue(wish, endpoint)) endpoints.push(endpoint);
    else {
      endpoints.push(wish);
      changed = true;
    }
  }
  return { endpoints, changed };
}

function fill(draft: Draft, wanted: Map<string, Endpoint>, max: number): void {
  for (const [key, endpoint] of wanted) {
    if (draft.endpoints.length >= max) return;
    draft.endpoints.push(endpoint);
    wanted.delete(key);
  }
}

/** The unchanged slice that is fullest once `count` more are in it, if one has room for them. */
function sliceToFill(slices: readonly EndpointSlice[], count: number, max: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  for (const slice of slices) {
    if (slice.endpoints.length + count > max) continue;
    if (best === undefined || slice.endpoints.length > best.endpoints.length) best = slice;
  }
  return best;
}

function reconcileGroup(
  existing: readonly EndpointSlice[],
  endpoints: readonly Endpoint[],
  max: number,
): { drafts: Draft[]; remove: EndpointSlice[] } {
  const wanted = new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const drafts: Draft[] = [];
  const remove: EndpointSlice[] = [];
  const unchanged: EndpointSlice[] = [];
  for (const slice of existing) {
    const kept = keep(slice, wanted);
    if (kept.endpoints.length === 0) remove.push(slice);
    else if (kept.changed) drafts.push({ slice, endpoints: kept.endpoints });
    else unchanged.push(slice);
  }
  // Slices that are written anyway take what is new, fullest first.
  drafts.sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const draft of drafts) if (wanted.size > 0) fill(draft, wanted, max);
  while (wanted.size > 0) {
    const slice = wanted.size < max ? sliceToFill(unchanged, wanted.size, max) : undefined;
    const draft: Draft = { slice, endpoints: slice === undefined ? [] : [...slice.endpoints] };
    fill(draft, wanted, max);
    drafts.push(draft);
  }
  return { drafts, remove };
}

/** The changes for one address family. A Service without endpoints keeps one empty slice. */
export function reconcileSlices(
  existing: readonly EndpointSlice[],
  groups: readonly PortGroup[],
  addressType: AddressType,
  max: number,
): SliceChanges {
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.ports);
    const slices = byPorts.get(key);
    if (slices === undefined) byPorts.set(key, [slice]);
    else slices.push(slice);
  }
  const create: Pick<EndpointSlice, "addressType" | "endpoints" | "ports">[] = [];
  const update: EndpointSlice[] = [];
  let remove: EndpointSlice[] = [];
  for (const { ports, endpoints } of groups) {
    const key = portsKey(ports);
    const result = reconcileGroup(byPorts.get(key) ?? [], endpoints, max);
    byPorts.delete(key);
    remove.push(...result.remove);
    for (const { slice, endpoints: members } of result.drafts) {
      if (slice === undefined) create.push({ addressType, endpoints: members, ports });
      else update.push({ ...slice, endpoints: members, ports });
    }
  }
  for (const slices of byPorts.values()) remove.push(...slices);

  if (create.length === 0 && remove.length === existing.length) {
    const placeholder = existing.find((slice) => slice.endpoints.length === 0 && portsKey(slice.ports) === "");
    if (placeholder === undefined) create.push({ addressType, endpoints: [], ports: [] });
    else remove = remove.filter((slice) => slice !== placeholder);
  }
  // A slice that would go serves as one that would have to be made.
  while (create.length > 0 && remove.length > 0) update.push({ ...remove.shift()!, ...create.pop()! });
  return { create, update, delete: remove };
}
