/**
 * Objects as the API server holds them inside, which is how some of its messages show them: every field, Go's names, Go's order.
 *
 * Source: the internal types of k8s.io/kubernetes/pkg/apis/core (types.go), marshalled without tags.
 */
import { isPlainObject } from "./plain-object.js";
import { formatTimestamp } from "./duration.js";
import type { StructType, Type } from "./schema/descriptor.js";
import { structOf } from "./schema/descriptor.js";
import { goFieldName } from "./schema/go-names.js";
import "./schema/index.js";

type Plain = Readonly<Record<string, unknown>>;

/** Fields of a pod's spec that the internal type keeps in the security context. */
const HOST_FIELDS = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/** The internal order of a pod's spec; all other types have the order in which they are written. */
const POD_SPEC_ORDER = [
  "volumes",
  "initContainers",
  "containers",
  "ephemeralContainers",
  "restartPolicy",
  "terminationGracePeriodSeconds",
  "activeDeadlineSeconds",
  "dnsPolicy",
  "nodeSelector",
  "serviceAccountName",
  "automountServiceAccountToken",
  "nodeName",
  "securityContext",
  "imagePullSecrets",
  "hostname",
  "subdomain",
  "setHostnameAsFQDN",
  "affinity",
  "schedulerName",
  "tolerations",
  "hostAliases",
  "priorityClassName",
  "priority",
  "preemptionPolicy",
  "dnsConfig",
  "readinessGates",
  "runtimeClassName",
  "overhead",
  "enableServiceLinks",
  "topologySpreadConstraints",
  "os",
  "schedulingGates",
  "resourceClaims",
  "resources",
  "hostnameOverride",
  "schedulingGroup",
];

/** The internal order of a pod's security context, after the fields that the spec keeps outside of it. */
const SECURITY_CONTEXT_ORDER = [
  "seLinuxOptions",
  "windowsOptions",
  "runAsUser",
  "runAsGroup",
  "runAsNonRoot",
  "supplementalGroups",
  "supplementalGroupsPolicy",
  "fsGroup",
  "fsGroupChangePolicy",
  "sysctls",
  "seccompProfile",
  "appArmorProfile",
  "seLinuxChangePolicy",
];

/** Types of the common library, which keep their JSON names and leave out what is empty. */
const TAGGED: ReadonlySet<string> = new Set(["LabelSelector", "LabelSelectorRequirement", "ObjectMeta"]);

function internalStruct(type: StructType, value: Plain): Plain {
  if (TAGGED.has(type.name)) return value;
  if (type.name === "PodSpec") return internalPodSpec(value);
  const result: Record<string, unknown> = {};
  for (const field of type.fields.values()) result[goFieldName(type.name, field.name)] = internalField(type, field.name, value);
  return result;
}

function internalField(type: StructType, name: string, value: Plain): unknown {
  const field = type.fields.get(name)!;
  const given = value[name];
  return given === undefined && field.pointer ? null : internalValue(field.type, given);
}

function internalValue(type: Type, value: unknown): unknown {
  switch (type.form) {
    case "struct":
      return internalStruct(type, isPlainObject(value) ? value : {});
    case "list":
      return Array.isArray(value) ? value.map((one) => internalValue(type.element, one)) : null;
    case "map":
      return isPlainObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : null;
    case "simple":
      if (type.simple === "Time" || type.simple === "MicroTime") return typeof value === "number" ? formatTimestamp(value) : null;
      if (value !== undefined) return value;
      if (type.simple === "any") return null;
      return type.simple === "string" ? "" : type.simple === "bool" ? false : type.simple === "Quantity" ? "0" : 0;
  }
}

function internalPodSpec(spec: Plain): Plain {
  const type = structOf("PodSpec");
  const result: Record<string, unknown> = {};
  for (const name of POD_SPEC_ORDER) {
    const value = internalField(type, name, spec);
    if (name !== "securityContext") result[goFieldName(type.name, name)] = value;
    else {
      const host = Object.fromEntries(HOST_FIELDS.map((field) => [goFieldName(type.name, field), internalField(type, field, spec)]));
      const own = isPlainObject(value)
        ? Object.fromEntries(
            SECURITY_CONTEXT_ORDER.map((field) => [
              goFieldName("PodSecurityContext", field),
              value[goFieldName("PodSecurityContext", field)],
            ]),
          )
        : undefined;
      result.SecurityContext = own === undefined ? null : { ...host, ...own };
    }
  }
  return result;
}

/** A value of the named type in its internal form. */
export function internalForm(typeName: string, value: object): Plain {
  return internalStruct(structOf(typeName), value as Plain);
}
