/** Validation of endpoint slices. Source: pkg/apis/discovery/validation/validation.go. */
import type { EndpointSlice } from "../types/network.js";
import { isIPv4, isIPv6, reachableAddress } from "./addresses.js";
import { PROTOCOLS } from "./container-ports.js";
import { duplicate, invalid, notSupported, required, tooLong, tooMany, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, dnsSubdomain, portNumber, qualifiedName } from "./names.js";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
/** Limits of an endpoint slice (discovery/validation). */
const MAX_ENDPOINTS = 1_000;
const MAX_PORTS = 20_000;
const MAX_ADDRESSES = 100;
const MAX_ZONE_HINTS = 8;
const MAX_PORT_NAME = 63;

type Endpoint = EndpointSlice["endpoints"][number];

function validateAddress(field: string, address: string, type: string): FieldError[] {
  if (type === "FQDN") return check(field, address, dnsSubdomain);
  if (type === "IPv4" && !isIPv4(address)) return [invalid(field, address, "must be a valid IPv4 address")];
  if (type === "IPv6" && !isIPv6(address)) return [invalid(field, address, "must be a valid IPv6 address")];
  return check(field, address, reachableAddress);
}

function validateEndpoint(field: string, endpoint: Endpoint, type: string): FieldError[] {
  const errors: FieldError[] = [];
  const path = `${field}.addresses`;
  const addresses = endpoint.addresses ?? [];
  if (addresses.length === 0) errors.push(required(path, "must contain at least 1 address"));
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(path, addresses.length, MAX_ADDRESSES));
  for (const [index, address] of addresses.entries()) errors.push(...validateAddress(`${path}[${index}]`, address, type));
  const { nodeName, hostname, hints } = endpoint as Endpoint & {
    readonly hostname?: string;
    readonly hints?: { readonly forZones?: readonly { readonly name: string }[] };
  };
  if (nodeName !== undefined) errors.push(...check(`${field}.nodeName`, nodeName, dnsSubdomain));
  if (hostname !== undefined) errors.push(...check(`${field}.hostname`, hostname, dnsLabel));
  const zones = hints?.forZones ?? [];
  if (zones.length > MAX_ZONE_HINTS) return [...errors, tooMany(`${field}.hints.forZones`, zones.length, MAX_ZONE_HINTS)];
  for (const [index, { name }] of zones.entries()) {
    const place = `${field}.hints.forZones[${index}].name`;
    if (zones.findIndex((zone) => zone.name === name) < index) errors.push(duplicate(place, name));
    else errors.push(...check(place, name, qualifiedName));
  }
  return errors;
}

function validatePorts(ports: NonNullable<EndpointSlice["ports"]>): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name = "", protocol, port, appProtocol }] of ports.entries()) {
    const field = `ports[${index}]`;
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
    if (name.length > MAX_PORT_NAME) errors.push(tooLong(`${field}.name`, MAX_PORT_NAME));
    else if (name !== "") errors.push(...check(`${field}.name`, name, dnsLabel));
    if (protocol === undefined) errors.push(required(`${field}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
    if (port !== undefined && port !== 0) errors.push(...check(`${field}.port`, port, portNumber));
    if (appProtocol !== undefined) errors.push(...check(`${field}.appProtocol`, appProtocol, qualifiedName));
  }
  return errors;
}

export function validateEndpointSlice({ addressType, endpoints, ports = [] }: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  if ((addressType as string | undefined) === undefined) errors.push(required("addressType"));
  else if (!ADDRESS_TYPES.includes(addressType)) errors.push(notSupported("addressType", addressType, ADDRESS_TYPES));
  if (endpoints.length > MAX_ENDPOINTS) errors.push(tooMany("endpoints", endpoints.length, MAX_ENDPOINTS));
  else errors.push(...endpoints.flatMap((endpoint, index) => validateEndpoint(`endpoints[${index}]`, endpoint, addressType)));
  if (ports.length > MAX_PORTS) return [...errors, tooMany("ports", ports.length, MAX_PORTS)];
  return [...errors, ...validatePorts(ports)];
}
