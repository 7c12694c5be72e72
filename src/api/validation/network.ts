/** Validation of ingresses and network policies. Source: pkg/apis/networking/validation/validation.go. */
import type { Ingress, IngressBackend, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../types/network.js";
import { cidr, isIPv4, isIPv6, isStrictSubset } from "./addresses.js";
import { validatePort } from "./container-ports.js";
import { forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, dnsSubdomain, pathSegmentName, portName, portNumber, wildcardSubdomain } from "./names.js";
import { validateLabelSelector } from "./selectors.js";

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const BAD_SEQUENCES = ["//", "/./", "/../", "%2f", "%2F"];
const BAD_SUFFIXES = ["/..", "/."];
const POLICY_TYPES = ["Ingress", "Egress"];
const POLICY_PROTOCOLS = ["TCP", "UDP", "SCTP"];

function pathSegment(field: string, value: string): FieldError[] {
  return value === "" ? [required(field)] : check(field, value, pathSegmentName);
}

function validateBackend(field: string, backend: IngressBackend | undefined): FieldError[] {
  const { service, resource } = backend ?? {};
  if (service !== undefined && resource !== undefined) {
    return [invalid(field, "", "cannot set both resource and service backends")];
  }
  if (resource !== undefined) {
    const { apiGroup, kind, name } = resource as { readonly apiGroup?: string; readonly kind: string; readonly name: string };
    return [
      ...(apiGroup === undefined ? [] : check(`${field}.resource.apiGroup`, apiGroup, dnsSubdomain)),
      ...pathSegment(`${field}.resource.kind`, kind),
      ...pathSegment(`${field}.resource.name`, name),
    ];
  }
  if (service === undefined) return [invalid(field, "", "resource or service backend is required")];
  const { name, port } = service;
  const errors = name === "" ? [required(`${field}.service.name`)] : check(`${field}.service.name`, name, dnsLabel);
  const { name: named = "", number = 0 } = port ?? {};
  if (named !== "" && number !== 0) errors.push(invalid(field, "", "cannot set both port name & port number"));
  else if (named !== "") errors.push(...check(`${field}.service.port.name`, named, portName));
  else if (number !== 0) errors.push(...check(`${field}.service.port.number`, number, portNumber));
  else errors.push(required(field, "port name or number is required"));
  return errors;
}

type IngressPath = NonNullable<NonNullable<NonNullable<Ingress["spec"]["rules"]>[number]["http"]>["paths"]>[number];

function validatePath(field: string, path: IngressPath): FieldError[] {
  const { path: place = "", pathType } = path;
  if (pathType === undefined) return [required(`${field}.pathType`, "pathType must be specified")];
  const errors: FieldError[] = [];
  if (pathType === "Exact" || pathType === "Prefix") {
    if (!place.startsWith("/")) errors.push(invalid(`${field}.path`, place, "must be an absolute path"));
    if (place !== "") {
      for (const bad of BAD_SEQUENCES) if (place.includes(bad)) errors.push(invalid(`${field}.path`, place, `must not contain '${bad}'`));
      for (const bad of BAD_SUFFIXES) if (place.endsWith(bad)) errors.push(invalid(`${field}.path`, place, `cannot end with '${bad}'`));
    }
  } else if (pathType === "ImplementationSpecific") {
    if (place !== "" && !place.startsWith("/")) errors.push(invalid(`${field}.path`, place, "must be an absolute path"));
  } else errors.push(notSupported(`${field}.pathType`, pathType, PATH_TYPES));
  return [...errors, ...validateBackend(`${field}.backend`, path.backend)];
}

function validateHost(field: string, host: string): FieldError[] {
  return [
    ...(isIPv4(host) || isIPv6(host) ? [invalid(field, host, "must be a DNS name, not an IP address")] : []),
    ...check(field, host, host.includes("*") ? wildcardSubdomain : dnsSubdomain),
  ];
}

export function validateIngress(object: Ingress): FieldError[] {
  const { rules, defaultBackend, tls, ingressClassName } = object.spec;
  const errors: FieldError[] = [];
  if ((rules ?? []).length === 0 && defaultBackend === undefined) {
    errors.push(invalid("spec", rules, "either `defaultBackend` or `rules` must be specified"));
  }
  if (defaultBackend !== undefined) errors.push(...validateBackend("spec.defaultBackend", defaultBackend));
  for (const [index, rule] of (rules ?? []).entries()) {
    const field = `spec.rules[${index}]`;
    if ((rule.host ?? "") !== "") errors.push(...validateHost(`${field}.host`, rule.host!));
    if (rule.http === undefined) continue;
    const paths = rule.http.paths ?? [];
    if (paths.length === 0) errors.push(required(`${field}.http.paths`));
    for (const [position, path] of paths.entries()) errors.push(...validatePath(`${field}.http.paths[${position}]`, path));
  }
  for (const [index, entry] of (tls ?? []).entries()) {
    const field = `spec.tls[${index}]`;
    for (const [position, host] of (entry.hosts ?? []).entries()) {
      errors.push(...check(`${field}.hosts[${position}]`, host, host.includes("*") ? wildcardSubdomain : dnsSubdomain));
    }
    if ((entry.secretName ?? "") !== "") errors.push(...check(`${field}.secretName`, entry.secretName!, dnsSubdomain));
  }
  return ingressClassName === undefined ? errors : [...errors, ...check("spec.ingressClassName", ingressClassName, dnsSubdomain)];
}

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** What holds for new ingresses only (ValidateIngressCreate). */
export function validateNewIngress({ metadata, spec }: Ingress): FieldError[] {
  const annotation = metadata.annotations?.[CLASS_ANNOTATION];
  const { ingressClassName } = spec;
  if (annotation === undefined || ingressClassName === undefined || annotation === ingressClassName) return [];
  return [invalid(`annotations.${CLASS_ANNOTATION}`, annotation, "must match `ingressClassName` when both are specified")];
}

function validatePolicyPort(field: string, { protocol, port, endPort }: NetworkPolicyPort): FieldError[] {
  const errors: FieldError[] = [];
  if (protocol !== undefined && !POLICY_PROTOCOLS.includes(protocol))
    errors.push(notSupported(`${field}.protocol`, protocol, POLICY_PROTOCOLS));
  const end = `${field}.endPort`;
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(end, endPort, "may not be specified when `port` is not specified"));
  } else if (typeof port === "number") {
    errors.push(...check(`${field}.port`, port, portNumber));
    if (endPort !== undefined) {
      if (endPort < port) errors.push(invalid(end, endPort, "must be greater than or equal to `port`"));
      errors.push(...check(end, endPort, portNumber));
    }
  } else {
    if (endPort !== undefined) errors.push(invalid(end, endPort, "may not be specified when `port` is non-numeric"));
    errors.push(...validatePort(`${field}.port`, port));
  }
  return errors;
}

/** A block, and what lies in it that it leaves out. */
function validateBlock(field: string, { cidr: block, except = [] }: NonNullable<NetworkPolicyPeer["ipBlock"]>): FieldError[] {
  if (block === "") return [required(`${field}.cidr`)];
  const errors = check(`${field}.cidr`, block, cidr);
  if (errors.length > 0) return errors;
  return except.flatMap((one, index) => {
    const wrong = check(`${field}.except[${index}]`, one, cidr);
    const isWithin = wrong.length > 0 || isStrictSubset(one, block);
    return isWithin ? wrong : [invalid(`${field}.except[${index}]`, one, "must be a strict subset of `cidr`")];
  });
}

function validatePeer(field: string, peer: NetworkPolicyPeer): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const errors = [
    ...validateLabelSelector(`${field}.podSelector`, podSelector),
    ...validateLabelSelector(`${field}.namespaceSelector`, namespaceSelector),
  ];
  if (ipBlock !== undefined) {
    errors.push(...validateBlock(`${field}.ipBlock`, ipBlock));
    if (podSelector !== undefined || namespaceSelector !== undefined)
      errors.push(forbidden(field, "may not specify both ipBlock and another peer"));
  } else if (podSelector === undefined && namespaceSelector === undefined) errors.push(required(field, "must specify a peer"));
  return errors;
}

export function validateNetworkPolicy(object: NetworkPolicy): FieldError[] {
  const { podSelector, ingress = [], egress = [], policyTypes = [] } = object.spec;
  const errors = validateLabelSelector("spec.podSelector", podSelector);
  for (const [index, rule] of ingress.entries()) {
    const field = `spec.ingress[${index}]`;
    errors.push(...(rule.ports ?? []).flatMap((port, position) => validatePolicyPort(`${field}.ports[${position}]`, port)));
    errors.push(...(rule.from ?? []).flatMap((peer, position) => validatePeer(`${field}.from[${position}]`, peer)));
  }
  for (const [index, rule] of egress.entries()) {
    const field = `spec.egress[${index}]`;
    errors.push(...(rule.ports ?? []).flatMap((port, position) => validatePolicyPort(`${field}.ports[${position}]`, port)));
    errors.push(...(rule.to ?? []).flatMap((peer, position) => validatePeer(`${field}.to[${position}]`, peer)));
  }
  if (policyTypes.length > POLICY_TYPES.length)
    return [...errors, invalid("spec.policyTypes", policyTypes, "may not specify more than two policyTypes")];
  for (const [index, type] of policyTypes.entries()) {
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, POLICY_TYPES));
  }
  return errors;
}
