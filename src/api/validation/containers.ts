/** Validation of containers and their probes. Source: validateContainers and its kin in pkg/apis/core/validation/validation.go. */
import type { Container, PodSpec, Volume } from "../types/pod.js";
import { validateEnv, validateEnvFrom } from "./container-env.js";
import { hostPortConflicts, validatePorts } from "./container-ports.js";
import { validateLifecycle, validateProbes } from "./container-probes.js";
import { duplicate, forbidden, invalid, notSupported, oneOf, required, tooMany, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel } from "./names.js";
import { validateResourceRequirements } from "./resources.js";
import { validateSecurityContext } from "./security-context.js";
import { validateVolumeDevices, validateVolumeMounts } from "./volume-mounts.js";

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES = ["File", "FallbackToLogsOnError"];
const RESTART_POLICIES = ["Always", "Never", "OnFailure"];

/** What containers are validated against. */
interface Surroundings {
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly claims: readonly string[];
  readonly gracePeriodSeconds: number;
  /** Whether the pod has the host's users. */
  readonly sharesUsers: boolean;
  /** The pod's own restart policy. */
  readonly restartPolicy: PodSpec["restartPolicy"];
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
    ...validateResizePolicy(`${field}.resizePolicy`, container, around),
    ...validateSecurityContext(`${field}.securityContext`, container, around.sharesUsers),
    ...validateRestart(field, container),
  );
  return errors;
}

const RESIZE_RESOURCES = ["cpu", "memory"];
const RESIZE_POLICIES = ["NotRequired", "RestartContainer"];

function validateResizePolicy(field: string, container: Container, around: Surroundings): FieldError[] {
  const seen = new Set<unknown>();
  return (container.resizePolicy ?? []).flatMap((policy, index) => {
    const { resourceName, restartPolicy } = policy as { resourceName?: string; restartPolicy?: string };
    const errors = seen.has(resourceName) ? [duplicate(`${field}[${index}]`, resourceName)] : [];
    seen.add(resourceName);
    errors.push(...oneOf(field, resourceName, RESIZE_RESOURCES), ...oneOf(field, restartPolicy, RESIZE_POLICIES));
    if (around.restartPolicy === "Never" && restartPolicy !== "NotRequired")
      errors.push(invalid(field, restartPolicy ?? "", "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    return errors;
  });
}

const RESTART_RULE_ACTIONS = ["Restart", "RestartAllContainers"];
/** Most rules of a container, and most exit codes of a rule (validateContainerRestartPolicyRules). */
const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;
const EXIT_CODE_OPERATORS = ["In", "NotIn"];

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
    const path = `${field}.restartPolicyRules[${index}].exitCodes`;
    if (rule.exitCodes === undefined) {
      errors.push(required(path, "must be specified"));
      continue;
    }
    const { operator, values = [] } = rule.exitCodes;
    if (!EXIT_CODE_OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, EXIT_CODE_OPERATORS));
    if (values.length > MAX_EXIT_CODES) errors.push(tooMany(`${path}.values`, values.length, MAX_EXIT_CODES));
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
