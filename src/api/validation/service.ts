/** Validation of services. Source: ValidateService in pkg/apis/core/validation/validation.go. */
import type { Service, ServicePort } from "../types/network.js";
import { cidr, ipAddress, isIPv4, reachableAddress } from "./addresses.js";
import { PROTOCOLS, validatePort } from "./container-ports.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError, oneOf } from "./field-error.js";
import { check, validateLabels } from "./metadata.js";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "./names.js";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const AFFINITIES = ["ClientIP", "None"];
const TRAFFIC_POLICIES = ["Cluster", "Local"];
const FAMILIES = ["IPv4", "IPv6"];
const FAMILY_POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const TRAFFIC_DISTRIBUTIONS = ["PreferClose", "PreferSameNode", "PreferSameZone"];
const HEADLESS = "None";
/** One day (core.MaxClientIPServiceAffinitySeconds). */
const MAX_AFFINITY_SECONDS = 86_400;

function validateServicePort(field: string, port: ServicePort, needsName: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const { name = "", appProtocol } = port;
  if (needsName && name === "") errors.push(required(`${field}.name`));
  else if (name !== "") {
    errors.push(...check(`${field}.name`, name, dnsLabel));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
  }
  errors.push(
    ...check(`${field}.port`, port.port, portNumber),
    ...oneOf(`${field}.protocol`, port.protocol, PROTOCOLS),
    ...validatePort(`${field}.targetPort`, port.targetPort ?? 0),
  );
  return appProtocol === undefined ? errors : [...errors, ...check(`${field}.appProtocol`, appProtocol, qualifiedName)];
}

function validateByType(spec: Service["spec"]): FieldError[] {
  const clusterIPs = spec.clusterIPs ?? [];
  const errors: FieldError[] = [];
  if (isHeadlessService(spec) && (spec.type === "LoadBalancer" || spec.type === "NodePort")) {
    errors.push(invalid("spec.clusterIPs[0]", HEADLESS, `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type === "ExternalName") {
    const detail = "may not be set for ExternalName services";
    if (clusterIPs.length > 0) errors.push(forbidden("spec.clusterIPs", detail));
    if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden("spec.ipFamilies", detail));
    if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden("spec.ipFamilyPolicy", detail));
    const name = (spec.externalName ?? "").replace(/\.$/, "");
    errors.push(...(name === "" ? [required("spec.externalName")] : check("spec.externalName", name, dnsSubdomain)));
  }
  return errors;
}

function isHeadlessService({ clusterIPs = [] }: Service["spec"]): boolean {
  return clusterIPs.length === 1 && clusterIPs[0] === HEADLESS;
}

function validateFamilies({ ipFamilies = [], ipFamilyPolicy }: Service["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, family] of ipFamilies.entries()) {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES));
    if (ipFamilies.indexOf(family) < index) errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  if (ipFamilyPolicy !== undefined && !FAMILY_POLICIES.includes(ipFamilyPolicy))
    errors.push(notSupported("spec.ipFamilyPolicy", ipFamilyPolicy, FAMILY_POLICIES));
  return errors;
}

/** Cluster IPs and address families, which the allocation of addresses looks at before anything else (ValidateServiceClusterIPsRelatedFields). */
export function validateServiceAddresses(spec: Service["spec"]): FieldError[] {
  if (spec.type === "ExternalName") return [];
  const { clusterIP = "", clusterIPs = [], ipFamilies = [] } = spec;
  const field = "spec.clusterIPs";
  const errors: FieldError[] = [];
  if (clusterIP !== "") {
    if (clusterIPs.length === 0) errors.push(required(field));
    else if (clusterIPs[0] !== clusterIP) errors.push(invalid(field, clusterIPs, "first value must match `clusterIP`"));
  } else if (clusterIPs.length > 0) errors.push(invalid(field, clusterIPs, "must be empty when `clusterIP` is not specified"));
  errors.push(...validateFamilies(spec));
  let areAddresses = true;
  for (const [index, address] of clusterIPs.entries()) {
    if (index === 0 && address === HEADLESS) {
      if (clusterIPs.length === 1) continue;
      areAddresses = false;
      errors.push(invalid(field, clusterIPs, "'None' must be the first and only value"));
      continue;
    }
    const wrong = check(`${field}[${index}]`, address, ipAddress);
    if (wrong.length > 0) areAddresses = false;
    errors.push(...wrong);
  }
  if (clusterIPs.length > FAMILIES.length) errors.push(invalid(field, clusterIPs, "may only hold up to 2 values"));
  if (!areAddresses) return errors;
  if (clusterIPs.length > 1 && !(clusterIPs.some(isIPv4) && clusterIPs.some((address) => !isIPv4(address))))
    errors.push(invalid(field, clusterIPs, "may specify no more than one IP for each IP family"));
  if (isHeadlessService(spec)) return errors;
  const mismatched = clusterIPs.flatMap((address, index) => {
    const family = ipFamilies.at(index);
    const isRight = family === undefined || !FAMILIES.includes(family) || (family === "IPv4") === isIPv4(address);
    return isRight ? [] : [invalid(`${field}[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``)];
  });
  return [...errors, ...mismatched];
}

function validateAffinity(spec: Service["spec"]): FieldError[] {
  const { sessionAffinity, sessionAffinityConfig } = spec;
  const errors = oneOf("spec.sessionAffinity", sessionAffinity, AFFINITIES);
  const field = "spec.sessionAffinityConfig";
  if (sessionAffinity === "None" && sessionAffinityConfig !== undefined)
    errors.push(forbidden(field, "must not be set when session affinity is None"));
  if (sessionAffinity !== "ClientIP") return errors;
  const detail = "when session affinity type is ClientIP";
  if (sessionAffinityConfig === undefined) return [...errors, required(field, detail)];
  if (sessionAffinityConfig.clientIP === undefined) return [...errors, required(`${field}.clientIP`, detail)];
  const seconds = sessionAffinityConfig.clientIP.timeoutSeconds;
  if (seconds === undefined) return [...errors, required(`${field}.clientIP.timeoutSeconds`, detail)];
  const isRight = seconds > 0 && seconds <= MAX_AFFINITY_SECONDS;
  return isRight
    ? errors
    : [...errors, invalid(`${field}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`)];
}

function validateRepeats(spec: Service["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  const ports = new Set<string>();
  for (const [index, { protocol, nodePort = 0 }] of (spec.ports ?? []).entries()) {
    if (nodePort === 0) continue;
    if (nodePorts.has(`${protocol} ${nodePort}`)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(`${protocol} ${nodePort}`);
  }
  for (const [index, { protocol, port }] of (spec.ports ?? []).entries()) {
    if (ports.has(`${protocol} ${port}`)) {
      // The API server shows the pair that is repeated as a port of which nothing else is set.
      const shown = { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
      errors.push(duplicate(`spec.ports[${index}]`, shown));
    }
    ports.add(`${protocol} ${port}`);
  }
  return errors;
}

function isExternallyReachable(spec: Service["spec"]): boolean {
  return spec.type === "LoadBalancer" || spec.type === "NodePort" || (spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
}

function validateTraffic(spec: Service["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  const { externalTrafficPolicy, internalTrafficPolicy, healthCheckNodePort = 0, trafficDistribution } = spec;
  if (isExternallyReachable(spec)) {
    if (externalTrafficPolicy === undefined) errors.push(required("spec.externalTrafficPolicy"));
    else if (!TRAFFIC_POLICIES.includes(externalTrafficPolicy))
      errors.push(notSupported("spec.externalTrafficPolicy", externalTrafficPolicy, TRAFFIC_POLICIES));
  } else if (externalTrafficPolicy !== undefined) {
    errors.push(invalid("spec.externalTrafficPolicy", externalTrafficPolicy, "may only be set for externally-accessible services"));
  }
  const needsHealthCheck = spec.type === "LoadBalancer" && externalTrafficPolicy === "Local";
  if (needsHealthCheck) {
    if (healthCheckNodePort !== 0) errors.push(...check("spec.healthCheckNodePort", healthCheckNodePort, portNumber));
  } else if (healthCheckNodePort !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, detail));
  }
  if (internalTrafficPolicy === undefined) {
    if (spec.type === "NodePort" || spec.type === "LoadBalancer" || spec.type === "ClusterIP")
      errors.push(required("spec.internalTrafficPolicy"));
  } else if (!TRAFFIC_POLICIES.includes(internalTrafficPolicy)) {
    errors.push(notSupported("spec.internalTrafficPolicy", internalTrafficPolicy, TRAFFIC_POLICIES));
  }
  if (trafficDistribution !== undefined && !TRAFFIC_DISTRIBUTIONS.includes(trafficDistribution)) {
    errors.push(notSupported("spec.trafficDistribution", trafficDistribution, TRAFFIC_DISTRIBUTIONS));
  }
  return errors;
}

const RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges";
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

/** Ranges may be padded with spaces; those of the annotation count where the field names none. */
function validateSourceRanges({ metadata, spec }: Service): FieldError[] {
  const { type, loadBalancerSourceRanges: ranges = [] } = spec;
  const field = "spec.LoadBalancerSourceRanges";
  if (ranges.length > 0) {
    return [
      ...(type === "LoadBalancer" ? [] : [forbidden(field, ONLY_LOAD_BALANCER)]),
      ...ranges.flatMap((range, index) => check(`${field}[${index}]`, range.trim(), cidr)),
    ];
  }
  const annotation = metadata.annotations?.[RANGES_ANNOTATION];
  if (annotation === undefined) return [];
  const path = `metadata.annotations[${RANGES_ANNOTATION}]`;
  const written = annotation.trim() === "" ? [] : annotation.split(",");
  return [
    ...(type === "LoadBalancer" ? [] : [forbidden(path, ONLY_LOAD_BALANCER)]),
    ...written.flatMap((range) => check(path, range.trim(), cidr)),
  ];
}

function validateLoadBalancer({ type, allocateLoadBalancerNodePorts, loadBalancerClass }: Service["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  if (type !== "LoadBalancer") {
    if (allocateLoadBalancerNodePorts !== undefined) errors.push(forbidden("spec.allocateLoadBalancerNodePorts", ONLY_LOAD_BALANCER));
    return loadBalancerClass === undefined ? errors : [...errors, forbidden("spec.loadBalancerClass", ONLY_LOAD_BALANCER)];
  }
  if (allocateLoadBalancerNodePorts === undefined) errors.push(required("allocateLoadBalancerNodePorts"));
  return loadBalancerClass === undefined ? errors : [...errors, ...check("spec.loadBalancerClass", loadBalancerClass, qualifiedName)];
}

const TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";

function validateTopologyAnnotations(annotations: Service["metadata"]["annotations"] = {}): FieldError[] {
  const { [TOPOLOGY_HINTS]: hints, [TOPOLOGY_MODE]: mode } = annotations;
  if (hints === undefined || mode === undefined || hints === mode) return [];
  return [invalid(`metadata.annotations[${TOPOLOGY_MODE}]`, mode, `must match annotations[${TOPOLOGY_HINTS}] when both are specified`)];
}

export function validateService(service: Service): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const errors = validateTopologyAnnotations(service.metadata.annotations);
  const isHeadless = isHeadlessService(spec);
  if (ports.length === 0 && !isHeadless && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  errors.push(...validateByType(spec));
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) errors.push(...validateServicePort(`spec.ports[${index}]`, port, ports.length > 1, names));
  errors.push(
    ...validateLabels("spec.selector", spec.selector),
    ...validateAffinity(spec),
    ...validateServiceAddresses(spec),
    ...(spec.externalIPs ?? []).flatMap((address, index) => check(`spec.externalIPs[${index}]`, address, reachableAddress)),
    ...oneOf("spec.type", spec.type, TYPES),
  );
  if (spec.type === "ClusterIP") {
    for (const [index, { nodePort = 0 }] of ports.entries()) {
      if (nodePort !== 0) errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  return [...errors, ...validateRepeats(spec), ...validateSourceRanges(service), ...validateLoadBalancer(spec), ...validateTraffic(spec)];
}
