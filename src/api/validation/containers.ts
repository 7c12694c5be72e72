/** Validation of containers and their probes. Source: validateContainers and its kin in pkg/apis/core/validation/validation.go. */
import type { IntOrString } from "../types/meta.js";
import type { Container, ContainerPort, EnvVar, PodSpec, Probe, ProbeHandler } from "../types/pod.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import {
  configMapKey,
  dnsLabel,
  dnsSubdomain,
  environmentVariableName,
  httpHeaderName,
  portName,
  portNumber,
  qualifiedName,
} from "./names.js";
import { validateResourceRequirements } from "./resources.js";
import { validateVolumeDevices, validateVolumeMounts } from "./volumes.js";

export const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES = ["File", "FallbackToLogsOnError"];
const SCHEMES = ["HTTP", "HTTPS"];
const RESTART_POLICIES = ["Always", "Never", "OnFailure"];

/** What containers are validated against. */
interface Surroundings {
  readonly volumes: ReadonlySet<string>;
  readonly claims: readonly string[];
  readonly gracePeriodSeconds: number;
}

/** A port given by number or by name. */
export function validatePort(field: string, port: IntOrString): FieldError[] {
  return typeof port === "number" ? check(field, port, portNumber) : check(field, port, portName);
}

/** A value out of a fixed list. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value === undefined || value === "") return [required(field)];
  return supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

function validatePorts(field: string, container: Container): FieldError[] {
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

function validateEnv(field: string, variables: readonly EnvVar[] | undefined): FieldError[] {
  return (variables ?? []).flatMap((variable, index) => {
    const path = `${field}[${index}]`;
    const name = variable.name ?? "";
    const nameErrors = name === "" ? [required(`${path}.name`)] : check(`${path}.name`, name, environmentVariableName);
    return [...nameErrors, ...validateValueFrom(`${path}.valueFrom`, variable)];
  });
}

/** Fields of a pod that an environment variable may hold, and those that can be named but have no use there. */
const ENV_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const OTHER_POD_FIELDS: ReadonlySet<string> = new Set([
  "metadata.annotations",
  "metadata.labels",
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);
const RESOURCE_FIELDS = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

function validateFieldReference(field: string, { fieldPath = "" }: { readonly fieldPath?: string }): FieldError[] {
  if (fieldPath === "") return [required(`${field}.fieldPath`)];
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (keyed !== null) return check(field, keyed[1] === "annotations" ? keyed[2].toLowerCase() : keyed[2], qualifiedName);
  if (ENV_FIELDS.includes(fieldPath)) return [];
  if (OTHER_POD_FIELDS.has(fieldPath)) return [notSupported(`${field}.fieldPath`, fieldPath, ENV_FIELDS)];
  return [invalid(`${field}.fieldPath`, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)];
}

function validateResourceReference(field: string, { resource = "" }: { readonly resource?: string }): FieldError[] {
  if (resource === "") return [required(`${field}.resource`)];
  const isKnown = RESOURCE_FIELDS.includes(resource) || /^(requests|limits)\.hugepages-/.test(resource);
  return isKnown ? [] : [notSupported(`${field}.resource`, resource, RESOURCE_FIELDS)];
}

function validateKeyReference(field: string, { name = "", key = "" }: { readonly name?: string; readonly key?: string }): FieldError[] {
  return [
    ...check(`${field}.name`, name, dnsSubdomain),
    ...(key === "" ? [required(`${field}.key`)] : check(`${field}.key`, key, configMapKey)),
  ];
}

/** The sources of a variable's value, in the API server's order. */
const VALUE_SOURCES: readonly (readonly [name: string, rule: (field: string, source: Readonly<Record<string, string>>) => FieldError[]])[] =
  [
    ["fieldRef", validateFieldReference],
    ["resourceFieldRef", validateResourceReference],
    ["configMapKeyRef", validateKeyReference],
    ["secretKeyRef", validateKeyReference],
    ["fileKeyRef", () => []],
  ];

function validateValueFrom(field: string, { value, valueFrom }: EnvVar): FieldError[] {
  if (valueFrom === undefined) return [];
  const errors: FieldError[] = [];
  let count = 0;
  for (const [name, rule] of VALUE_SOURCES) {
    const source = valueFrom[name];
    if (source === undefined) continue;
    count++;
    errors.push(...rule(`${field}.${name}`, source as Readonly<Record<string, string>>));
  }
  if (count === 0) {
    const all = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
    errors.push(invalid(field, "", `must specify one of: ${all}`));
  } else if (value !== undefined && value !== "") errors.push(invalid(field, "", "may not be specified when `value` is not empty"));
  else if (count > 1) errors.push(invalid(field, "", "may not have more than one field specified at a time"));
  return errors;
}

/** What is wrong with the number of sources is told of the list as a whole, as the API server does. */
function validateEnvFrom(field: string, sources: Container["envFrom"]): FieldError[] {
  return (sources ?? []).flatMap((source, index) => {
    const path = `${field}[${index}]`;
    const errors: FieldError[] = [];
    const { prefix = "", configMapRef, secretRef } = source as { prefix?: string; configMapRef?: Named; secretRef?: Named };
    if (prefix !== "") errors.push(...check(`${path}.prefix`, prefix, environmentVariableName));
    for (const [name, reference] of [
      ["configMapRef", configMapRef],
      ["secretRef", secretRef],
    ] as const) {
      if (reference === undefined) continue;
      const named = reference.name ?? "";
      errors.push(...(named === "" ? [required(`${path}.${name}.name`)] : check(`${path}.${name}.name`, named, dnsSubdomain)));
    }
    if (configMapRef === undefined && secretRef === undefined)
      errors.push(invalid(field, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (configMapRef !== undefined && secretRef !== undefined)
      errors.push(invalid(field, "", "may not have more than one field specified at a time"));
    return errors;
  });
}

interface Named {
  readonly name?: string;
}

function validateHandler(field: string, handler: ProbeHandler, gracePeriodSeconds: number): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  const one = (name: string, rule: (path: string) => FieldError[]): void => {
    count++;
    const path = `${field}.${name}`;
    errors.push(...(count > 1 ? [forbidden(path, "may not specify more than 1 handler type")] : rule(path)));
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined) one("exec", (path) => ((exec.command ?? []).length === 0 ? [required(`${path}.command`)] : []));
  if (httpGet !== undefined) {
    one("httpGet", (path) => [
      ...((httpGet.path ?? "") === "" ? [required(`${path}.path`)] : []),
      ...validatePort(`${path}.port`, httpGet.port ?? 0),
      ...(SCHEMES.includes(httpGet.scheme ?? "") ? [] : [notSupported(`${path}.scheme`, httpGet.scheme ?? "", SCHEMES)]),
      ...(httpGet.httpHeaders ?? []).flatMap((header) => check(`${path}.httpHeaders`, header.name, httpHeaderName)),
    ]);
  }
  if (tcpSocket !== undefined) one("tcpSocket", (path) => validatePort(`${path}.port`, tcpSocket.port ?? 0));
  if (grpc !== undefined) one("grpc", (path) => validatePort(`${path}.port`, grpc.port ?? 0));
  if (sleep !== undefined) {
    one("sleep", (path) => {
      const isRight = sleep.seconds >= 0 && sleep.seconds <= gracePeriodSeconds;
      return isRight
        ? []
        : [invalid(path, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`)];
    });
  }
  if (count === 0) errors.push(required(field, "must specify a handler type"));
  return errors;
}

function validateProbe(field: string, probe: Probe, gracePeriodSeconds: number): FieldError[] {
  const errors = validateHandler(field, probe, gracePeriodSeconds);
  for (const name of ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] as const) {
    errors.push(...nonNegative(`${field}.${name}`, probe[name]));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, "must be greater than 0"));
  return errors;
}

function validateProbes(field: string, container: Container, gracePeriodSeconds: number): FieldError[] {
  const errors: FieldError[] = [];
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const mustBeOne = (path: string, probe: Probe): FieldError[] =>
    probe.successThreshold === 1 ? [] : [invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, "must be 1")];
  if (livenessProbe !== undefined) {
    const path = `${field}.livenessProbe`;
    errors.push(...validateProbe(path, livenessProbe, gracePeriodSeconds), ...mustBeOne(path, livenessProbe));
  }
  if (readinessProbe !== undefined) {
    const path = `${field}.readinessProbe`;
    errors.push(...validateProbe(path, readinessProbe, gracePeriodSeconds));
    const grace = readinessProbe.terminationGracePeriodSeconds;
    if (grace !== undefined) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, "must not be set for readinessProbes"));
  }
  if (startupProbe !== undefined) {
    const path = `${field}.startupProbe`;
    errors.push(...validateProbe(path, startupProbe, gracePeriodSeconds), ...mustBeOne(path, startupProbe));
  }
  return errors;
}

function validateLifecycle(field: string, container: Container, gracePeriodSeconds: number): FieldError[] {
  const { postStart, preStop } = container.lifecycle ?? {};
  return [
    ...(postStart === undefined ? [] : validateHandler(`${field}.lifecycle.postStart`, postStart, gracePeriodSeconds)),
    ...(preStop === undefined ? [] : validateHandler(`${field}.lifecycle.preStop`, preStop, gracePeriodSeconds)),
  ];
}

function validateCommon(field: string, container: Container, around: Surroundings): FieldError[] {
  const errors: FieldError[] = [];
  const { name, image = "" } = container;
  if (name === "") errors.push(required(`${field}.name`));
  else errors.push(...check(`${field}.name`, name, dnsLabel));
  if (image === "") errors.push(required(`${field}.image`));
  errors.push(
    ...oneOf(`${field}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES),
    ...validatePorts(`${field}.ports`, container),
    ...validateEnv(`${field}.env`, container.env),
    ...validateEnvFrom(`${field}.envFrom`, container.envFrom),
    ...validateVolumeMounts(`${field}.volumeMounts`, container, around.volumes),
    ...validateVolumeDevices(`${field}.volumeDevices`, container, around.volumes),
    ...oneOf(`${field}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...validateResourceRequirements(`${field}.resources`, container.resources, around.claims),
    ...validateResizePolicy(`${field}.resizePolicy`, container),
    ...validateRestart(field, container),
  );
  return errors;
}

const RESIZE_RESOURCES = ["cpu", "memory"];
const RESIZE_POLICIES = ["NotRequired", "RestartContainer"];

function validateResizePolicy(field: string, container: Container): FieldError[] {
  const seen = new Set<unknown>();
  return (container.resizePolicy ?? []).flatMap((policy, index) => {
    const { resourceName, restartPolicy } = policy as { resourceName?: string; restartPolicy?: string };
    const errors = seen.has(resourceName) ? [duplicate(`${field}[${index}]`, resourceName)] : [];
    seen.add(resourceName);
    return [...errors, ...oneOf(field, resourceName, RESIZE_RESOURCES), ...oneOf(field, restartPolicy, RESIZE_POLICIES)];
  });
}

const RESTART_RULE_ACTIONS = ["Restart", "RestartAllContainers"];
/** Most rules of a container, and most exit codes of a rule (validateContainerRestartPolicyRules). */
const MAX_RESTART_RULES = 20;

function validateRestart(field: string, container: Container): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  const errors: FieldError[] = [];
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy)) {
    errors.push(notSupported(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  }
  if (rules.length > 0 && restartPolicy === undefined) {
    errors.push(required(`${field}.restartPolicy`, "must specify restartPolicy when restart rules are used"));
  }
  if (rules.length > MAX_RESTART_RULES) errors.push(invalid(`${field}.restartPolicyRules`, rules.length, "must have at most 20 rules"));
  for (const [index, rule] of rules.entries()) {
    if (!RESTART_RULE_ACTIONS.includes(rule.action)) {
      errors.push(notSupported(`${field}.restartPolicyRules[${index}].action`, rule.action, RESTART_RULE_ACTIONS));
    }
    if (rule.exitCodes === undefined) errors.push(required(`${field}.restartPolicyRules[${index}].exitCodes`, "must be specified"));
  }
  return errors;
}

/** Host ports that two containers of a group claim alike. */
function hostPortConflicts(field: string, containers: readonly Container[]): FieldError[] {
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

export function validateContainers(field: string, spec: PodSpec, around: Surroundings): FieldError[] {
  const containers = spec.containers ?? [];
  if (containers.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const path = `${field}[${index}]`;
    errors.push(...validateCommon(path, container, around));
    if (names.has(container.name)) errors.push(duplicate(`${path}.name`, container.name));
    names.add(container.name);
    errors.push(
      ...validateLifecycle(path, container, around.gracePeriodSeconds),
      ...validateProbes(path, container, around.gracePeriodSeconds),
    );
  }
  return [...errors, ...hostPortConflicts(field, containers)];
}

/** Fields that only containers may have that run on beside the others. */
const LONG_RUNNING_FIELDS = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const;

export function validateInitContainers(field: string, spec: PodSpec, around: Surroundings): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set((spec.containers ?? []).map((container) => container.name));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const path = `${field}[${index}]`;
    const isSidecar = container.restartPolicy === "Always";
    errors.push(...validateCommon(path, container, around));
    if (names.has(container.name)) errors.push(duplicate(`${path}.name`, container.name));
    else if ((container.name ?? "") !== "") names.add(container.name);
    errors.push(...hostPortConflicts(field, [container]));
    if (isSidecar) {
      errors.push(
        ...validateLifecycle(path, container, around.gracePeriodSeconds),
        ...validateProbes(path, container, around.gracePeriodSeconds),
      );
      continue;
    }
    for (const name of LONG_RUNNING_FIELDS) {
      if (container[name] !== undefined)
        errors.push(forbidden(`${path}.${name}`, "may not be set for init containers without restartPolicy=Always"));
    }
  }
  return errors;
}

/** Rules that hold for pods but not for templates (validateContainersOnlyForPod). */
export function validateContainersOfPod(field: string, containers: readonly Container[] | undefined): FieldError[] {
  return (containers ?? []).flatMap(({ image = "" }, index) =>
    image !== image.trim() ? [invalid(`${field}[${index}].image`, image, "must not have leading or trailing whitespace")] : [],
  );
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
