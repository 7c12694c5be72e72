/**
 * Validation of pods and pod templates. A spec that was found right is remembered, so that the pods of one template are looked
 * at once.
 *
 * Source: ValidatePodCreate, ValidatePodSpec, ValidatePodTemplateSpec in pkg/apis/core/validation/validation.go.
 */
import type { Pod, PodSpec, PodTemplateSpec } from "../types/pod.js";
import { ipAddress } from "./addresses.js";
import { validateHostNetworkPorts, validateHostPortsOfPod } from "./container-ports.js";
import { validateContainers, validateContainersOfPod, validateInitContainers } from "./containers.js";
import { duplicate, forbidden, invalid, required, type FieldError, oneOf } from "./field-error.js";
import { check, validateAnnotations, validateLabels } from "./metadata.js";
import { dnsLabel, dnsSubdomain, dnsSubdomainWithUnderscore, inclusiveRange, qualifiedName } from "./names.js";
import { validatePodAnnotations } from "./pod-annotations.js";
import { validateOperatingSystem } from "./pod-os.js";
import { validatePodResources, validateResourceRequirements } from "./resources.js";
import { validateAffinity, validateSchedulingGates, validateTolerations, validateTopologySpreadConstraints } from "./scheduling.js";
import { validateHostUsers, validatePodSecurityContext } from "./security-context.js";
import { validateEphemeralClaims, validateVolumes } from "./volumes.js";

const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];
const MAX_INT32 = 2 ** 31 - 1;
/** Limits of a pod's resolver configuration. */
const MAX_NAMESERVERS = 3;
const MAX_SEARCH_PATHS = 32;
const MAX_SEARCH_CHARACTERS = 2048;

interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name?: string }[];
}

function validateDnsConfig(field: string, spec: PodSpec): FieldError[] {
  const { nameservers = [], searches = [], options = [] } = (spec.dnsConfig ?? {}) as DnsConfig;
  const errors: FieldError[] = [];
  if (spec.dnsPolicy === "None") {
    if (spec.dnsConfig === undefined) return [required(field, "must provide `dnsConfig` when `dnsPolicy` is None")];
    if (nameservers.length === 0)
      return [required(`${field}.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  }
  if (nameservers.length > MAX_NAMESERVERS)
    errors.push(invalid(`${field}.nameservers`, nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`));
  for (const [index, server] of nameservers.entries()) errors.push(...check(`${field}.nameservers[${index}]`, server, ipAddress));
  if (searches.length > MAX_SEARCH_PATHS)
    errors.push(invalid(`${field}.searches`, searches, `must not have more than ${MAX_SEARCH_PATHS} search paths`));
  if (searches.join(" ").length > MAX_SEARCH_CHARACTERS) {
    const detail = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.push(invalid(`${field}.searches`, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search !== ".") errors.push(...check(`${field}.searches[${index}]`, search.replace(/\.$/, ""), dnsSubdomainWithUnderscore));
  }
  for (const [index, { name = "" }] of options.entries())
    if (name === "") errors.push(required(`${field}.options[${index}]`, "must not be empty"));
  return errors;
}

function validateHostAliases(field: string, aliases: PodSpec["hostAliases"]): FieldError[] {
  return (aliases ?? []).flatMap((alias, index) => {
    const { ip = "", hostnames = [] } = alias as { ip?: string; hostnames?: string[] };
    return [
      ...check(`${field}[${index}].ip`, ip, ipAddress),
      ...hostnames.flatMap((name, position) => check(`${field}[${index}].hostnames[${position}]`, name, dnsSubdomain)),
    ];
  });
}

/** Optional names within a spec and the rule of each, in the API server's order. */
function validateNames(field: string, spec: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const optional = (name: string, value: string | undefined, rule: (value: string) => string[]): void => {
    if (value !== undefined && value !== "") errors.push(...check(`${field}.${name}`, value, rule));
  };
  optional("serviceAccountName", spec.serviceAccountName, dnsSubdomain);
  optional("nodeName", spec.nodeName, dnsSubdomain);
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds !== undefined && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > MAX_INT32)) {
    errors.push(invalid(`${field}.activeDeadlineSeconds`, activeDeadlineSeconds, inclusiveRange(1, MAX_INT32)));
  }
  optional("hostname", spec.hostname, dnsLabel);
  optional("subdomain", spec.subdomain, dnsLabel);
  errors.push(
    ...validateTolerations(`${field}.tolerations`, spec.tolerations),
    ...validateHostAliases(`${field}.hostAliases`, spec.hostAliases),
  );
  optional("priorityClassName", spec.priorityClassName, dnsSubdomain);
  optional("runtimeClassName", spec.runtimeClassName, dnsSubdomain);
  return errors;
}

function claimNames(spec: PodSpec): string[] {
  return (spec.resourceClaims ?? []).map((claim) => (typeof claim.name === "string" ? claim.name : ""));
}

function validateResourceClaims(field: string, spec: PodSpec): FieldError[] {
  const names = claimNames(spec);
  return (spec.resourceClaims ?? []).flatMap((claim, index) => {
    const path = `${field}[${index}]`;
    const name = names[index];
    const errors =
      name === ""
        ? [required(`${path}.name`)]
        : names.indexOf(name) < index
          ? [duplicate(`${path}.name`, name)]
          : check(`${path}.name`, name, dnsLabel);
    const { resourceClaimName, resourceClaimTemplateName } = claim;
    // The API server's own type is shown, with Go's names.
    const shown = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    const count = [resourceClaimName, resourceClaimTemplateName].filter((one) => one !== undefined).length;
    if (count === 2)
      errors.push(invalid(path, shown, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"));
    if (count === 0) errors.push(invalid(path, shown, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
    for (const [one, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName }))
      if (typeof value === "string") errors.push(...check(`${path}.${one}`, value, dnsSubdomain));
    return errors;
  });
}

export function validatePodSpec(field: string, spec: PodSpec): FieldError[] {
  const volumes = validateVolumes(`${field}.volumes`, spec.volumes ?? []);
  const claims = claimNames(spec);
  const around = {
    volumes: volumes.known,
    claims,
    gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 0,
    sharesUsers: spec.hostUsers !== false,
    restartPolicy: spec.restartPolicy,
  };
  const { preemptionPolicy, overhead } = spec;
  return [
    ...volumes.errors,
    ...validateResourceClaims(`${field}.resourceClaims`, spec),
    ...validateContainers(`${field}.containers`, spec, around),
    ...validateInitContainers(`${field}.initContainers`, spec, around),
    ...validatePodResources(`${field}.resources`, spec, claims),
    ...(spec.hostNetwork === true ? validateHostNetworkPorts(`${field}.containers`, spec.containers) : []),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...validateLabels(`${field}.nodeSelector`, spec.nodeSelector),
    ...validatePodSecurityContext(`${field}.securityContext`, spec),
    ...validateAffinity(`${field}.affinity`, spec.affinity),
    ...validateDnsConfig(`${field}.dnsConfig`, spec),
    ...(spec.readinessGates ?? []).flatMap((gate, index) =>
      check(`${field}.readinessGates[${index}].conditionType`, gate.conditionType, qualifiedName),
    ),
    ...validateSchedulingGates(`${field}.schedulingGates`, spec.schedulingGates),
    ...validateTopologySpreadConstraints(`${field}.topologySpreadConstraints`, spec.topologySpreadConstraints),
    ...validateHostUsers(field, spec),
    ...validateNames(field, spec),
    ...(preemptionPolicy === undefined ? [] : oneOf(`${field}.preemptionPolicy`, preemptionPolicy, PREEMPTION_POLICIES)),
    ...(overhead === undefined ? [] : validateResourceRequirements(`${field}.overhead`, { limits: overhead })),
    ...validateOperatingSystem(field, spec),
  ];
}

const rightSpecs = new WeakSet<PodSpec>();

/** As {@link validatePodSpec}, but a spec that was right once is not looked at again. */
function validateSharedSpec(field: string, spec: PodSpec): FieldError[] {
  if (rightSpecs.has(spec)) return [];
  const errors = validatePodSpec(field, spec);
  if (errors.length === 0) rightSpecs.add(spec);
  return errors;
}

const rightPodSpecs = new WeakSet<PodSpec>();

/** Rules of pods that do not hold for templates. */
function validateSpecOfPod(spec: PodSpec): FieldError[] {
  if (rightPodSpecs.has(spec)) return [];
  const errors = [
    ...validateSharedSpec("spec", spec),
    ...(spec.hostNetwork === true ? validateHostPortsOfPod("spec.containers", spec.containers) : []),
    ...((spec.serviceAccountName ?? "") === "" ? validateNoTokens("spec.volumes", spec) : []),
    ...validateContainersOfPod("spec.containers", spec.containers),
    ...validateContainersOfPod("spec.initContainers", spec.initContainers),
  ];
  if (errors.length === 0) rightPodSpecs.add(spec);
  return errors;
}

/** A pod without account has no token that could be projected. */
function validateNoTokens(field: string, { volumes = [] }: PodSpec): FieldError[] {
  return volumes.flatMap(({ projected }, index) => {
    const { sources = [] } = (projected ?? {}) as { readonly sources?: readonly { readonly serviceAccountToken?: object }[] };
    return sources.flatMap(({ serviceAccountToken }, position) =>
      serviceAccountToken === undefined
        ? []
        : [
            forbidden(
              `${field}[${index}].projected.sources[${position}].serviceAccountToken`,
              "must not be specified when serviceAccountName is not set",
            ),
          ],
    );
  });
}

/** Rules that hold for pods whenever they are written (validatePodMetadataAndSpec), metadata apart. */
export function validateLivingPod({ metadata, spec }: Pod): FieldError[] {
  return [...validatePodAnnotations("metadata.annotations", metadata.annotations, spec), ...validateSpecOfPod(spec)];
}

export function validatePod(pod: Pod): FieldError[] {
  const { spec } = pod;
  const errors = [
    ...validateLivingPod(pod),
    ...(pod.metadata.name === undefined ? [] : validateEphemeralClaims("spec.volumes", spec.volumes ?? [], pod.metadata.name)),
  ];
  if ((spec.ephemeralContainers ?? []).length > 0) errors.push(forbidden("spec.ephemeralContainers", "cannot be set on create"));
  if ((spec.nodeName ?? "") !== "" && (spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  }
  return errors;
}

const rightTemplates = new WeakSet<PodTemplateSpec>();

/** Labels and annotations of a template. */
export function validateTemplateMetadata(field: string, template: PodTemplateSpec | undefined): FieldError[] {
  const { metadata } = template ?? {};
  return [
    ...validateLabels(`${field}.labels`, metadata?.labels),
    ...validateAnnotations(`${field}.annotations`, metadata?.annotations),
    ...validatePodAnnotations(`${field}.annotations`, metadata?.annotations, template?.spec),
  ];
}

export function validatePodTemplate(field: string, template: PodTemplateSpec | undefined): FieldError[] {
  if (template !== undefined && rightTemplates.has(template)) return [];
  const { spec } = template ?? {};
  const errors = [...validateTemplateMetadata(field, template), ...validateSharedSpec(`${field}.spec`, spec ?? { containers: [] })];
  if ((spec?.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(`${field}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"));
  }
  if (errors.length === 0 && template !== undefined) rightTemplates.add(template);
  return errors;
}
