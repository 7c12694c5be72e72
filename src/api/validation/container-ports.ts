/** Validation of the ports of containers. Source: validateContainers and its kin in pkg/apis/core/validation/validation.go. */
import type { IntOrString } from "../types/meta.js";
import type { Container, ContainerPort } from "../types/pod.js";
import { duplicate, invalid, oneOf, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { portName, portNumber } from "./names.js";

export const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** A port given by number or by name. */
export function validatePort(field: string, port: IntOrString): FieldError[] {
  return typeof port === "number" ? check(field, port, portNumber) : check(field, port, portName);
}

export function validatePorts(field: string, container: Container): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of (container.ports ?? []).entries()) {
    const path = `${field}[${index}]`;
    const { name = "", containerPort, hostPort = 0 } = port;
    if (name !== "") {
      const wrong = check(`${path}.name`, name, portName);
      if (wrong.length > 0) errors.push(...wrong);
      else if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
      else names.add(name);
    }
    if (containerPort === 0) errors.push(required(`${path}.containerPort`));
    else errors.push(...check(`${path}.containerPort`, containerPort, portNumber));
    if (hostPort !== 0) errors.push(...check(`${path}.hostPort`, hostPort, portNumber));
    errors.push(...oneOf(`${path}.protocol`, port.protocol, PROTOCOLS));
  }
  return errors;
}

/** Host ports that two containers of a group claim alike. */
export function hostPortConflicts(field: string, containers: readonly Container[]): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [position, port] of (container.ports ?? []).entries()) {
      if ((port.hostPort ?? 0) === 0) continue;
      const key = `${port.protocol ?? ""}/${port.hostIP ?? ""}/${port.hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${field}[${index}].ports[${position}].hostPort`, key));
      taken.add(key);
    }
  }
  return errors;
}

/** With the host's network a container's ports are the host's; a template may leave open what the pod's defaults fill in. */
export function validateHostNetworkPorts(field: string, containers: readonly Container[] | undefined): FieldError[] {
  return hostPortsThatDiffer(field, containers, ({ hostPort = 0, containerPort }) => hostPort !== 0 && hostPort !== containerPort);
}

/** What only pods have to hold to: no port is left open any more. */
export function validateHostPortsOfPod(field: string, containers: readonly Container[] | undefined): FieldError[] {
  return hostPortsThatDiffer(field, containers, ({ hostPort = 0, containerPort }) => hostPort === 0 && containerPort !== 0);
}

function hostPortsThatDiffer(
  field: string,
  containers: readonly Container[] | undefined,
  differs: (port: ContainerPort) => boolean,
): FieldError[] {
  return (containers ?? []).flatMap((container, index) =>
    (container.ports ?? []).flatMap((port, position) =>
      differs(port)
        ? [
            invalid(
              `${field}[${index}].ports[${position}].hostPort`,
              port.hostPort ?? 0,
              "must match `containerPort` when `hostNetwork` is true",
            ),
          ]
        : [],
    ),
  );
}
