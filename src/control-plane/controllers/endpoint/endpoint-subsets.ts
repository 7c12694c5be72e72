/**
 * The back ends of a Service in the form of the legacy Endpoints object: addresses that have the same ports together.
 *
 * Source: kubernetes pkg/controller/endpoint/endpoints_controller.go and staging/src/k8s.io/endpointslice/util (RepackSubsets).
 */
import type { EndpointAddress, EndpointSubset, Pod, Service } from "../../../api/types/index.js";
import { addressesOf, isBackEnd, portsOf } from "../endpointslice/endpoint.js";
import { isPodReady } from "../pod-conditions.js";

/** Addresses in one Endpoints object at most. Source: maxCapacity in endpoints_controller.go. */
export const MAX_CAPACITY = 1_000;

interface Group {
  readonly ports: NonNullable<EndpointSubset["ports"]>;
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
}

/** The pod's address in the Service's first family. Pods that terminate are no back ends here, unlike in EndpointSlices. */
export function backEndAddress({ spec }: Service, pod: Pod): string | undefined {
  if (!isBackEnd(pod) || (pod.metadata.deletionTimestamp !== undefined && spec.publishNotReadyAddresses !== true)) return undefined;
  return addressesOf(pod, spec.ipFamilies?.[0] === "IPv6" ? "IPv6" : "IPv4")[0];
}

export function subsetsOf(service: Service, pods: Iterable<Pod>): EndpointSubset[] {
  const showUnready = service.spec.publishNotReadyAddresses === true;
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    const ip = backEndAddress(service, pod);
    if (ip === undefined) continue;
    const ports = portsOf(pod, service).map(({ name = "", port, protocol = "TCP" }) => ({
      ...(name !== "" && { name }),
      port: port!,
      protocol,
    }));
    const key = JSON.stringify(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, addresses: [], notReadyAddresses: [] }));
    (showUnready || isPodReady(pod) ? group.addresses : group.notReadyAddresses).push(addressOf(pod, ip));
  }
  return truncated([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group));
}

function addressOf({ metadata, spec }: Pod, ip: string): EndpointAddress {
  const { namespace, name, uid } = metadata;
  return {
    ip,
    ...(spec.nodeName !== undefined && { nodeName: spec.nodeName }),
    targetRef: { kind: "Pod", ...(namespace !== undefined && { namespace }), name, ...(uid !== undefined && { uid }) },
  };
}

/** Ready addresses are kept before others. */
function truncated(groups: readonly Group[]): EndpointSubset[] {
  let room = MAX_CAPACITY;
  const take = (addresses: EndpointAddress[]): EndpointAddress[] => {
    const taken = addresses.sort((a, b) => (a.ip < b.ip ? -1 : 1)).slice(0, room);
    room -= taken.length;
    return taken;
  };
  const ready = groups.map(({ addresses }) => take(addresses));
  const others = groups.map(({ notReadyAddresses }) => take(notReadyAddresses));
  return groups.flatMap(({ ports }, index) => {
    if (ready[index].length === 0 && others[index].length === 0) return [];
    return [
      {
        ...(ready[index].length > 0 && { addresses: ready[index] }),
        ...(others[index].length > 0 && { notReadyAddresses: others[index] }),
        ...(ports.length > 0 && { ports }),
      },
    ];
  });
}
