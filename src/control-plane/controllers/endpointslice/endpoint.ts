/**
 * A pod as a back end of a Service.
 *
 * Source: staging/src/k8s.io/endpointslice/utils.go (podToEndpoint, getEndpointPorts), pkg/util/endpoints.
 */
import { ZONE_LABEL } from "../../../api/topology-labels.js";
import type { Endpoint, EndpointSlice, Node, Pod, Service } from "../../../api/types/index.js";
import { isPodReady, isPodTerminal } from "../pod-conditions.js";

export type AddressType = EndpointSlice["addressType"];
export type SlicePort = NonNullable<EndpointSlice["ports"]>[number];

/** Addresses of the pod in one family. */
export function addressesOf(pod: Pod, type: AddressType): readonly string[] {
  const all = pod.status?.podIPs?.map(({ ip }) => ip) ?? (pod.status?.podIP === undefined ? [] : [pod.status.podIP]);
  return all.filter((address) => (address.includes(":") ? "IPv6" : "IPv4") === type);
}

/** Ended pods and pods without an address are no back ends; terminating ones are, marked as such. */
export function isBackEnd(pod: Pod): boolean {
  return !isPodTerminal(pod) && (pod.status?.podIP !== undefined || (pod.status?.podIPs?.length ?? 0) > 0);
}

function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname !== undefined &&
    hostname !== "" &&
    subdomain === service.metadata.name &&
    pod.metadata.namespace === service.metadata.namespace
    ? hostname
    : undefined;
}

/** The endpoint without hints, which are given to whole slices later. */
export function endpointOf(pod: Pod, node: Node | undefined, service: Service, type: AddressType): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName } = pod.spec;
  const { namespace, name, uid } = pod.metadata;
  const zone = node?.metadata.labels?.[ZONE_LABEL];
  const hostname = hostnameOf(pod, service);
  return {
    addresses: addressesOf(pod, type),
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    targetRef: { kind: "Pod", ...(namespace !== undefined && { namespace }), name, ...(uid !== undefined && { uid }) },
    ...(nodeName !== undefined && { nodeName }),
    ...(zone !== undefined && zone !== "" && { zone }),
  };
}

function namedContainerPort(pod: Pod, name: string, protocol: string): number | undefined {
  // Sidecars serve as well as ordinary containers.
  for (const container of [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
  ]) {
    for (const port of container.ports ?? []) if (port.name === name && (port.protocol ?? "TCP") === protocol) return port.containerPort;
  }
  return undefined;
}

/** Ports of the Service as this pod has them; ones whose name the pod does not know are left out. */
export function portsOf(pod: Pod, service: Service): SlicePort[] {
  const ports: SlicePort[] = [];
  for (const { name, protocol = "TCP", port, targetPort, appProtocol } of service.spec.ports ?? []) {
    const wanted = targetPort === undefined || targetPort === 0 || targetPort === "" ? port : targetPort;
    const number = typeof wanted === "number" ? wanted : namedContainerPort(pod, wanted, protocol);
    if (number !== undefined) ports.push({ name: name ?? "", protocol, port: number, ...(appProtocol !== undefined && { appProtocol }) });
  }
  return ports;
}

/** Whether a change of the pod may change its endpoints. */
export function endpointMayDiffer(previous: Pod, current: Pod): boolean {
  return (
    previous.spec.nodeName !== current.spec.nodeName ||
    previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp ||
    previous.status?.podIP !== current.status?.podIP ||
    previous.status?.podIPs?.length !== current.status?.podIPs?.length ||
    isPodReady(previous) !== isPodReady(current) ||
    isPodTerminal(previous) !== isPodTerminal(current)
  );
}
