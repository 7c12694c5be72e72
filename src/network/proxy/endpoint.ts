/** Endpoints as kube-proxy sees them: one address and port behind a service port. Source: pkg/proxy/endpoint.go, endpointslicecache.go. */
import type { EndpointSlice } from "../../api/types/network.js";
import type { IpFamily } from "../address.js";

/** Label of a slice that names its Service. Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetesioservice-name */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
  /** "address:port", with brackets for IPv6. */
  readonly text: string;
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  /** Name of the pod behind it, where the slice tells. */
  readonly podName: string | undefined;
}

/** Identifies the endpoints of one service port within a service. */
export function portKey(portName: string, protocol: string): string {
  return `${portName}/${protocol.toLowerCase()}`;
}

const NO_NAMES: readonly string[] = [];

/**
 * Endpoints of all ports of one Service from its slices, sorted by their text as kube-proxy sorts them; a back end that is in two
 * slices counts once. Slices of another family, and of type FQDN, are passed over.
 */
export function endpointsByPort(slices: Iterable<EndpointSlice>, family: IpFamily): Map<string, ProxyEndpoint[]> {
  const found = new Map<string, Map<string, ProxyEndpoint>>();
  for (const slice of slices) {
    if (slice.addressType !== family) continue;
    for (const port of slice.ports ?? []) {
      if (port.port === undefined || port.port === 0) continue;
      const key = portKey(port.name ?? "", port.protocol ?? "TCP");
      let endpoints = found.get(key);
      if (endpoints === undefined) found.set(key, (endpoints = new Map<string, ProxyEndpoint>()));
      for (const { addresses, conditions, nodeName, hints, targetRef } of slice.endpoints) {
        const address = addresses[0];
        if (address === undefined) continue;
        const text = family === "IPv6" ? `[${address}]:${port.port}` : `${address}:${port.port}`;
        if (endpoints.has(text)) continue;
        endpoints.set(text, {
          address,
          port: port.port,
          text,
          nodeName,
          ready: conditions?.ready ?? true,
          serving: conditions?.serving ?? true,
          terminating: conditions?.terminating ?? false,
          zoneHints: hints?.forZones?.map(({ name }) => name) ?? NO_NAMES,
          nodeHints: hints?.forNodes?.map(({ name }) => name) ?? NO_NAMES,
          podName: targetRef?.name,
        });
      }
    }
  }
  const sorted = new Map<string, ProxyEndpoint[]>();
  for (const [key, endpoints] of found)
    sorted.set(
      key,
      [...endpoints.values()].sort((a, b) => (a.text < b.text ? -1 : 1)),
    );
  return sorted;
}
