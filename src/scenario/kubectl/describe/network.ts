/** Services, endpoint slices and ingresses. Source: kubectl/pkg/describe/describe.go. */
import type { EndpointSlice, Ingress, IngressBackend, Service, ServicePort } from "../../../api/types/network.js";
import type { Describer, Surroundings } from "./describer.js";
import { annotationLines, field, labelLines, type Lines, nameLines, NONE, noteLines, pairsInLine, row, table, UNSET } from "./lines.js";

const SERVICE_NAME = "kubernetes.io/service-name";

/** Addresses that a line shows; the rest are counted. Source: formatEndpointSlices. */
const SHOWN_ENDPOINTS = 3;

function slicesOf(service: string, around: Surroundings): readonly EndpointSlice[] {
  return around.list("EndpointSlice").filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === service);
}

/** `10.1.0.2:80,10.1.0.3:80 + 2 more...`: the ready back ends of a port. */
export function readyEndpoints(slices: readonly EndpointSlice[], port: string): string {
  const addresses = slices.flatMap(({ ports = [], endpoints }) =>
    ports
      .filter(({ name = "" }) => name === port)
      .flatMap((one) =>
        endpoints
          .filter(({ conditions }) => conditions?.ready !== false)
          .flatMap((endpoint) =>
            endpoint.addresses.map((address) => `${address.includes(":") ? `[${address}]` : address}:${one.port ?? 0}`),
          ),
      ),
  );
  const rest = addresses.length - SHOWN_ENDPOINTS;
  return addresses.slice(0, SHOWN_ENDPOINTS).join(",") + (rest > 0 ? ` + ${rest} more...` : "");
}

export const serviceDescriber: Describer<Service> = {
  related: ["EndpointSlice"],
  describe({ metadata, spec, status }, around) {
    const slices = slicesOf(metadata.name, around);
    const given = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname = "", ipMode }) =>
      ip === undefined ? hostname : `${ip}${ipMode === undefined ? "" : ` (${ipMode})`}`,
    );
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      field(0, "Selector", pairsInLine(spec.selector)),
      field(0, "Type", spec.type ?? "ClusterIP"),
      ...(spec.ipFamilyPolicy === undefined ? [] : [field(0, "IP Family Policy", spec.ipFamilyPolicy)]),
      field(0, "IP Families", (spec.ipFamilies ?? []).join(",") || NONE),
      field(0, "IP", spec.clusterIP ?? ""),
      field(0, "IPs", (spec.clusterIPs ?? []).join(",") || NONE),
      ...listed("External IPs", spec.externalIPs, ","),
      ...listed("Desired LoadBalancer IP", spec.loadBalancerIP === undefined ? [] : [spec.loadBalancerIP], ","),
      ...listed("External Name", spec.externalName === undefined ? [] : [spec.externalName], ","),
      ...listed("LoadBalancer Ingress", given, ", "),
      ...(spec.ports ?? []).flatMap((port) => portLines(port, slices)),
      field(0, "Session Affinity", spec.sessionAffinity ?? "None"),
      ...listed("External Traffic Policy", spec.externalTrafficPolicy === undefined ? [] : [spec.externalTrafficPolicy], ","),
      ...listed("Internal Traffic Policy", spec.internalTrafficPolicy === undefined ? [] : [spec.internalTrafficPolicy], ","),
      ...(spec.healthCheckNodePort === undefined ? [] : [field(0, "HealthCheck NodePort", spec.healthCheckNodePort)]),
      ...listed("LoadBalancer Source Ranges", spec.loadBalancerSourceRanges, ","),
      ...listed("Traffic Distribution", spec.trafficDistribution === undefined ? [] : [spec.trafficDistribution], ","),
    ];
  },
};

function listed(title: string, values: readonly string[] | undefined, separator: string): Lines {
  return values === undefined || values.length === 0 ? [] : [field(0, title, values.join(separator))];
}

function portLines(
  { name = "", port, protocol = "TCP", targetPort, appProtocol, nodePort }: ServicePort,
  slices: readonly EndpointSlice[],
): Lines {
  const shown = name === "" ? UNSET : name;
  return [
    row(0, "Port:", shown, `${port}/${protocol}`),
    field(0, "TargetPort", `${targetPort ?? port}/${protocol}`),
    ...(appProtocol === undefined ? [] : [field(0, "AppProtocol", appProtocol)]),
    ...(nodePort === undefined ? [] : [row(0, "NodePort:", shown, `${nodePort}/${protocol}`)]),
    field(0, "Endpoints", readyEndpoints(slices, name)),
  ];
}

export const endpointSliceDescriber: Describer<EndpointSlice> = {
  describe({ metadata, addressType, ports = [], endpoints }) {
    return [
      ...nameLines(metadata),
      ...noteLines(metadata),
      field(0, "AddressType", addressType),
      ...(ports.length === 0
        ? [`Ports: ${UNSET}`]
        : [
            "Ports:",
            ...table(
              1,
              ["Name", "Port", "Protocol"],
              ports.map(({ name, port, protocol = "TCP" }) => [name === undefined || name === "" ? UNSET : name, port ?? UNSET, protocol]),
            ),
          ]),
      ...(endpoints.length === 0 ? [`Endpoints: ${NONE}`] : ["Endpoints:", ...endpoints.flatMap(endpointLines)]),
    ];
  },
};

function endpointLines({ addresses, conditions, hostname, targetRef, nodeName, zone }: EndpointSlice["endpoints"][number]): Lines {
  return [
    field(1, "- Addresses", addresses.join(", ") || NONE),
    row(2, "Conditions:"),
    field(3, "Ready", conditions?.ready ?? UNSET),
    field(2, "Hostname", hostname ?? UNSET),
    ...(targetRef === undefined ? [] : [field(2, "TargetRef", `${targetRef.kind}/${targetRef.name}`)]),
    field(2, "NodeName", nodeName ?? UNSET),
    field(2, "Zone", zone ?? UNSET),
  ];
}

export const ingressDescriber: Describer<Ingress> = {
  related: ["Service", "EndpointSlice"],
  describe({ metadata, spec, status }, around) {
    const fallback = spec.defaultBackend === undefined ? "<default>" : backendText(spec.defaultBackend, around);
    const rules = (spec.rules ?? []).filter(({ http }) => http !== undefined);
    return [
      field(0, "Name", metadata.name),
      ...labelLines(0, "Labels", metadata.labels),
      field(0, "Namespace", metadata.namespace ?? ""),
      field(0, "Address", (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "").join(",")),
      field(0, "Ingress Class", spec.ingressClassName ?? NONE),
      field(0, "Default backend", fallback),
      ...(spec.tls === undefined ? [] : tlsLines(spec.tls)),
      "Rules:",
      row(1, "Host", "Path", "Backends"),
      row(1, "----", "----", "--------"),
      ...(rules.length === 0
        ? [row(1, "*", "*", fallback)]
        : rules.flatMap(({ host = "", http }) => [
            row(1, host === "" ? "*" : host, ""),
            ...http!.paths.map(({ path = "", backend }) => row(2, "", `${path} `, backendText(backend, around))),
          ])),
      ...annotationLines(0, "Annotations", metadata.annotations),
    ];
  },
};

function tlsLines(tls: NonNullable<Ingress["spec"]["tls"]>): Lines {
  return [
    "TLS:",
    ...tls.map(({ secretName = "", hosts = [] }) =>
      row(1, secretName === "" ? `SNI routes ${hosts.join(",")}` : `${secretName} terminates ${hosts.join(",")}`),
    ),
  ];
}

/** `web:80 (10.1.0.2:80)`. */
function backendText({ service, resource }: IngressBackend, around: Surroundings): string {
  if (service === undefined) {
    if (resource === undefined) return "";
    const group = resource.apiVersion?.split("/")[0] ?? NONE;
    return `APIGroup: ${group}, Kind: ${resource.kind}, Name: ${resource.name}`;
  }
  const { name, port } = service;
  const shown = `${name}:${port?.name ?? port?.number ?? ""}`;
  const found = around.list("Service").find(({ metadata }) => metadata.name === name);
  if (found === undefined) return `${shown} (<error: services "${name}" not found>)`;
  const target = found.spec.ports?.find((one) => one.port === port?.number || (one.name !== undefined && one.name === port?.name));
  return `${shown} (${readyEndpoints(slicesOf(name, around), target?.name ?? "")})`;
}
