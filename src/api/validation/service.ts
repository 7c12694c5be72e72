/** Validation of services. Source: ValidateService in pkg/apis/core/validation/validation.go. */
import type { Service, ServicePort } from "../types/network.js";
import { PROTOCOLS, validatePort } from "./container-ports.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError, oneOf } from "./field-error.js";
import { check, validateLabels, validateObjectMeta } from "./metadata.js";
import { cidr, dnsLabel, dnsSubdomain, ipAddress, isIPv4, portNumber, qualifiedName } from "./names.js";

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
  const isHeadless = clusterIPs[0] === HEADLESS;
  const errors: FieldError[] = [];
  if (isHeadless && (spec.type === "LoadBalancer" || spec.type === "NodePort")) {
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

function validateAddresses(spec: Service["spec"]): FieldError[] {
  if (spec.type === "ExternalName") return [];
  const { clusterIP = "", clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const errors: FieldError[] = [];
  if (clusterIP !== "") {
    if (clusterIPs.length === 0) errors.push(required("spec.clusterIPs"));
    else if (clusterIPs[0] !== clusterIP) errors.push(invalid("spec.clusterIPs", clusterIPs, "first value must match `clusterIP`"));
  } else if (clusterIPs.length > 0) errors.push(invalid("spec.clusterIPs", clusterIPs, "must be empty when `clusterIP` is not specified"));
  for (const [index, family] of ipFamilies.entries()) {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES));
    if (ipFamilies.indexOf(family) < index) errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  if (ipFamilyPolicy !== undefined && !FAMILY_POLICIES.includes(ipFamilyPolicy))
    errors.push(notSupported("spec.ipFamilyPolicy", ipFamilyPolicy, FAMILY_POLICIES));
  for (const [index, address] of clusterIPs.entries()) {
    if (index === 0 && address === HEADLESS) {
      if (clusterIPs.length > 1) errors.push(invalid("spec.clusterIPs", clusterIPs, "'None' must be the first and only value"));
    } else errors.push(...check(`spec.clusterIPs[${index}]`, address, ipAddress));
  }
  if (clusterIPs.length > FAMILIES.length) errors.push(invalid("spec.clusterIPs", clusterIPs, "may only hold up to 2 values"));
  const [first, second] = clusterIPs;
  if (errors.length === 0 && second !== undefined && isIPv4(first) === isIPv4(second)) {
    errors.push(invalid("spec.clusterIPs", clusterIPs, "may specify no more than one IP for each IP family"));
  }
  return errors;
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

/** Address ranges that traffic from outside cannot have as its destination (ValidateNonSpecialIP). */
const SPECIAL_RANGES: readonly (readonly [range: RegExp, detail: string])[] = [
  [/^(0\.0\.0\.0|::)$/, "may not be unspecified"],
  [/^(127\.|::1$)/, "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/i, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
  [/^(224\.0\.0\.|ff02:)/i, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
];

function externalAddress(address: string): string[] {
  const wrong = ipAddress(address);
  if (wrong.length > 0) return wrong;
  return SPECIAL_RANGES.filter(([range]) => range.test(address)).map(([, detail]) =>
    detail.endsWith("unspecified") ? `${detail} (${address})` : detail,
  );
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
  if (healthCheckNodePort < 0) errors.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, "must be greater than or equal to 0"));
  else if (healthCheckNodePort !== 0 && !needsHealthCheck) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, detail));
  }
  if (internalTrafficPolicy !== undefined && !TRAFFIC_POLICIES.includes(internalTrafficPolicy)) {
    errors.push(notSupported("spec.internalTrafficPolicy", internalTrafficPolicy, TRAFFIC_POLICIES));
  }
  if (trafficDistribution !== undefined && !TRAFFIC_DISTRIBUTIONS.includes(trafficDistribution)) {
    errors.push(notSupported("spec.trafficDistribution", trafficDistribution, TRAFFIC_DISTRIBUTIONS));
  }
  return errors;
}

function validateLoadBalancer(spec: Service["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const detail = "may only be used when `type` is 'LoadBalancer'";
  if (spec.type !== "LoadBalancer") {
    if (ranges.length > 0) errors.push(forbidden("spec.LoadBalancerSourceRanges", detail));
    if (spec.allocateLoadBalancerNodePorts !== undefined) errors.push(forbidden("spec.allocateLoadBalancerNodePorts", detail));
    if (spec.loadBalancerClass !== undefined) errors.push(forbidden("spec.loadBalancerClass", detail));
  } else {
    if (spec.allocateLoadBalancerNodePorts === undefined) errors.push(required("allocateLoadBalancerNodePorts"));
    if (spec.loadBalancerClass !== undefined) errors.push(...check("spec.loadBalancerClass", spec.loadBalancerClass, qualifiedName));
  }
  return [...errors, ...ranges.flatMap((range, index) => check(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), cidr))];
}

export function validateService(service: Service): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const errors = validateObjectMeta(service, true, dnsLabel);
  const isHeadless = (spec.clusterIPs ?? [])[0] === HEADLESS;
  if (ports.length === 0 && !isHeadless && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  errors.push(...validateByType(spec));
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) errors.push(...validateServicePort(`spec.ports[${index}]`, port, ports.length > 1, names));
  errors.push(
    ...validateLabels("spec.selector", spec.selector),
    ...validateAffinity(spec),
    ...validateAddresses(spec),
    ...(spec.externalIPs ?? []).flatMap((address, index) => check(`spec.externalIPs[${index}]`, address, externalAddress)),
    ...oneOf("spec.type", spec.type, TYPES),
  );
  if (spec.type === "ClusterIP") {
    for (const [index, { nodePort = 0 }] of ports.entries()) {
      if (nodePort !== 0) errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  return [...errors, ...validateRepeats(spec), ...validateLoadBalancer(spec), ...validateTraffic(spec)];
}
