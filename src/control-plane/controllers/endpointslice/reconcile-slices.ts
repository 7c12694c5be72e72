/**
 * Which slices to write so that they hold the wished endpoints, with as few writes as possible.
 *
 * Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByPortMapping, reconcileByAddressType).
 */
import type { Endpoint, EndpointSlice, Labels } from "../../../api/types/index.js";
import { sameValue } from "../same-value.js";
import type { AddressType, SlicePort } from "./endpoint.js";
import { withHints } from "./hinted-slices.js";
import { labelsDiffer } from "./slice-labels.js";

export type NewSlice = Pick<EndpointSlice, "addressType" | "endpoints" | "ports">;

export interface SliceChanges {
  readonly create: readonly NewSlice[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
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
  const { targetRef, addresses, hostname } = endpoint;
  return `${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}/${hostname ?? ""}/${addresses.join(",")}`;
}

/** Hints make no difference: they are looked at when all slices are settled. */
function sameEndpoint(wish: Endpoint, present: Endpoint): boolean {
  return sameValue(wish, withHints(present, undefined));
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
    endpoints.push(wish);
    if (!sameEndpoint(wish, endpoint)) changed = true;
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
  labels: Labels,
): { drafts: Draft[]; remove: EndpointSlice[] } {
  const wanted = new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const drafts: Draft[] = [];
  const remove: EndpointSlice[] = [];
  const unchanged: EndpointSlice[] = [];
  for (const slice of existing) {
    const kept = keep(slice, wanted);
    if (kept.changed && kept.endpoints.length === 0) remove.push(slice);
    else if (kept.changed || labelsDiffer(slice, labels)) drafts.push({ slice, endpoints: kept.endpoints });
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

function byPortsOf(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const byPorts = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = portsKey(slice.ports);
    const same = byPorts.get(key);
    if (same === undefined) byPorts.set(key, [slice]);
    else same.push(slice);
  }
  return byPorts;
}

/**
 * The changes for one address family. A Service without endpoints keeps one empty slice.
 *
 * @param existing the Service's own slices of that family
 * @param foreign slices of that family that name the Service and are not its own; they go
 * @param labels of every slice of the Service
 */
export function reconcileSlices(
  existing: readonly EndpointSlice[],
  groups: readonly PortGroup[],
  addressType: AddressType,
  max: number,
  labels: Labels,
  foreign: readonly EndpointSlice[] = [],
): SliceChanges {
  const byPorts = byPortsOf(existing);
  const create: NewSlice[] = [];
  const update: EndpointSlice[] = [];
  let remove: EndpointSlice[] = [...foreign];
  for (const { ports, endpoints } of groups) {
    const key = portsKey(ports);
    const result = reconcileGroup(byPorts.get(key) ?? [], endpoints, max, labels);
    byPorts.delete(key);
    remove.push(...result.remove);
    for (const { slice, endpoints: members } of result.drafts) {
      if (slice === undefined) create.push({ addressType, endpoints: members, ports });
      else update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints: members });
    }
  }
  for (const slices of byPorts.values()) remove.push(...slices);

  if (create.length === 0 && remove.length === existing.length + foreign.length) {
    const [only] = remove;
    if (remove.length === 1 && foreign.length === 0 && isPlaceholder(only, labels)) remove = [];
    else create.push({ addressType, endpoints: [], ports: [] });
  }
  const changed = new Set([...update, ...remove].map(({ metadata }) => metadata.name));
  const unchanged = existing.filter(({ metadata }) => !changed.has(metadata.name));
  return { create, update, delete: remove, unchanged };
}

function isPlaceholder(slice: EndpointSlice, labels: Labels): boolean {
  return slice.endpoints.length === 0 && portsKey(slice.ports) === "" && sameValue(slice.metadata.labels, labels);
}
