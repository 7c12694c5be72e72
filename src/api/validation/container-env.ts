/** Validation of the environment of containers. Source: validateContainers and its kin in pkg/apis/core/validation/validation.go. */
import type { Container, EnvVar } from "../types/pod.js";
import { validateFieldReference, validateResourceReference } from "./downward-api.js";
import { invalid, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { configMapKey, dnsSubdomain, environmentVariableName } from "./names.js";

export function validateEnv(field: string, variables: readonly EnvVar[] | undefined): FieldError[] {
  return (variables ?? []).flatMap((variable, index) => {
    const path = `${field}[${index}]`;
    const name = variable.name ?? "";
    const nameErrors = name === "" ? [required(`${path}.name`)] : check(`${path}.name`, name, environmentVariableName);
    return [...nameErrors, ...validateValueFrom(`${path}.valueFrom`, variable)];
  });
}

/** Fields of a pod that an environment variable may hold, in the order in which the API server lists them. */
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

function validateKeyReference(field: string, { name = "", key = "" }: { readonly name?: string; readonly key?: string }): FieldError[] {
  return [
    ...check(`${field}.name`, name, dnsSubdomain),
    ...(key === "" ? [required(`${field}.key`)] : check(`${field}.key`, key, configMapKey)),
  ];
}

/** The sources of a variable's value, in the API server's order. */
const VALUE_SOURCES: readonly (readonly [name: string, rule: (field: string, source: Readonly<Record<string, string>>) => FieldError[]])[] =
  [
    ["fieldRef", (field, reference) => validateFieldReference(field, reference, ENV_FIELDS)],
    ["resourceFieldRef", (field, reference) => validateResourceReference(field, reference, { namesContainer: false })],
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
export function validateEnvFrom(field: string, sources: Container["envFrom"]): FieldError[] {
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
