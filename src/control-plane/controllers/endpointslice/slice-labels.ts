/**
 * Labels of the slices of a Service: the Service's own, and three that say whose they are.
 *
 * Source: setEndpointSliceLabels in staging/src/k8s.io/endpointslice/utils.go.
 */
import type { EndpointSlice, Labels, Service } from "../../../api/types/index.js";
import { sameValue } from "../same-value.js";

export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
export const MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by";
export const MANAGED_BY = "endpointslice-controller.k8s.io";
/** Label of slices of a headless Service. Source: v1.IsHeadlessService in core/v1. */
export const HEADLESS_LABEL = "service.kubernetes.io/headless";
const RESERVED: readonly string[] = [SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL];

export function isHeadless({ spec }: Service): boolean {
  return (spec.clusterIP ?? "None") === "None" || spec.clusterIP === "";
}

/** What a Service has in the place of a reserved label is not handed on. */
export function sliceLabels(service: Service): Labels {
  const { metadata } = service;
  return {
    ...unreserved(metadata.labels),
    ...(isHeadless(service) && { [HEADLESS_LABEL]: "" }),
    [SERVICE_NAME_LABEL]: metadata.name,
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

/** Whether a slice lacks its Service's labels; of reserved ones no difference is noticed. */
export function labelsDiffer({ metadata }: EndpointSlice, wished: Labels): boolean {
  return !sameValue(unreserved(metadata.labels), unreserved(wished));
}

function unreserved(labels: Labels | undefined): Labels {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !RESERVED.includes(key)));
}

export function isManaged({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
}

/** Key of the Service that a slice names, undefined where it names none. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined || name === "" ? undefined : `${metadata.namespace}/${name}`;
}
