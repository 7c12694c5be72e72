/** Slices whose endpoints are given other hints, before they are written. */
import type { Endpoint, EndpointSlice } from "../../../api/types/index.js";
import type { SliceChanges } from "./reconcile-slices.js";

export type Hints = NonNullable<Endpoint["hints"]>;

export function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready === true;
}

export function withHints(endpoint: Endpoint, hints: Hints | undefined): Endpoint {
  if (hints !== undefined) return { ...endpoint, hints };
  if (endpoint.hints === undefined) return endpoint;
  const plain: { -readonly [Field in keyof Endpoint]: Endpoint[Field] } = { ...endpoint };
  delete plain.hints;
  return plain;
}

/** Has unchanged slices written as well where their hints are wrong. */
export function alsoUpdating(changes: SliceChanges, isWrong: (slice: EndpointSlice) => boolean): SliceChanges {
  const wrong = changes.unchanged.filter(isWrong);
  if (wrong.length === 0) return changes;
  return { ...changes, update: [...changes.update, ...wrong], unchanged: changes.unchanged.filter((slice) => !wrong.includes(slice)) };
}

/** The changes with the hints of each endpoint that is written as `hintsOf` says; slices that are made come before those that are changed. */
export function rewritten(changes: SliceChanges, hintsOf: (endpoint: Endpoint) => Hints | undefined): SliceChanges {
  const hinted = <T extends Pick<EndpointSlice, "endpoints">>(slice: T): T => ({
    ...slice,
    endpoints: slice.endpoints.map((endpoint) => withHints(endpoint, hintsOf(endpoint))),
  });
  return { ...changes, create: changes.create.map(hinted), update: changes.update.map(hinted) };
}

/** Takes all hints away. Source: RemoveHintsFromSlices in staging/src/k8s.io/endpointslice/topologycache/utils.go. */
export function withoutHints(changes: SliceChanges): SliceChanges {
  const wider = alsoUpdating(changes, ({ endpoints }) => endpoints.some(({ hints }) => hints !== undefined));
  const written = [...wider.create, ...wider.update];
  return written.some(({ endpoints }) => endpoints.some(({ hints }) => hints !== undefined)) ? rewritten(wider, () => undefined) : wider;
}
