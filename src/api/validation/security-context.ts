/** Validation of security contexts of pods and containers. Source: validatePodSpecSecurityContext, ValidateSecurityContext in pkg/apis/core/validation/validation.go. */
import { internalForm } from "../internal-form.js";
import type { Container, PodSpec } from "../types/pod.js";
import { duplicate, forbidden, invalid, notSupported, required, tooLong, type FieldError } from "./field-error.js";
import { inclusiveRange } from "./names.js";
import { localPath } from "./paths.js";

/** User and group ids are unsigned, and Go keeps them in 32 bits with a sign. Source: IsValidUserID in apimachinery's util/validation. */
const MAX_ID = 2 ** 31 - 1;
const MAX_PROFILE_LENGTH = 4095;
const MAX_SYSCTL_LENGTH = 253;
const SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SYSCTL_PATTERN = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL = new RegExp(SYSCTL_PATTERN);
/** The order in which the API server lists the types of profiles. */
const PROFILE_TYPES = ["Localhost", "RuntimeDefault", "Unconfined"];
const GROUP_CHANGE_POLICIES = ["Always", "OnRootMismatch"];
const GROUPS_POLICIES = ["Merge", "Strict"];
const SELINUX_POLICIES = ["MountOption", "Recursive"];
const PROC_MOUNTS = ["Default", "Unmasked"];

interface Profile {
  readonly type?: string;
  readonly localhostProfile?: string;
}

function validId(field: string, id: unknown): FieldError[] {
  return typeof id === "number" && (id < 0 || id > MAX_ID) ? [invalid(field, id, inclusiveRange(0, MAX_ID))] : [];
}

function validateSeccompProfile(field: string, profile: Profile | undefined): FieldError[] {
  if (profile === undefined) return [];
  const { type = "", localhostProfile } = profile;
  const errors: FieldError[] = [];
  if (type === "") errors.push(required(`${field}.type`, "type is required when seccompProfile is set"));
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, PROFILE_TYPES));
  const path = `${field}.localhostProfile`;
  if (type === "Localhost") {
    if (localhostProfile === undefined) return [...errors, required(path, "must be set when seccomp type is Localhost")];
    return [...errors, ...localPath(path, localhostProfile)];
  }
  if (localhostProfile === undefined) return errors;
  return [...errors, invalid(path, { Type: type, LocalhostProfile: localhostProfile }, "can only be set when seccomp type is Localhost")];
}

function validateAppArmorProfile(field: string, profile: Profile | undefined): FieldError[] {
  if (profile === undefined) return [];
  const { type = "", localhostProfile } = profile;
  const path = `${field}.localhostProfile`;
  if (type === "") return [required(`${field}.type`, "type is required when appArmorProfile is set")];
  if (!PROFILE_TYPES.includes(type)) return [notSupported(`${field}.type`, type, PROFILE_TYPES)];
  if (type !== "Localhost")
    return localhostProfile === undefined ? [] : [invalid(path, localhostProfile, "can only be set when AppArmor type is Localhost")];
  const missing = required(path, "must be set when AppArmor type is Localhost");
  if (localhostProfile === undefined) return [missing];
  const errors: FieldError[] = [];
  if (localhostProfile.trim() !== localhostProfile) errors.push(invalid(path, localhostProfile, "must not be padded with whitespace"));
  else if (localhostProfile === "") errors.push(missing);
  return localhostProfile.length > MAX_PROFILE_LENGTH ? [...errors, tooLong(path, MAX_PROFILE_LENGTH)] : errors;
}

function validateSysctls(field: string, sysctls: readonly { readonly name?: string }[], spec: PodSpec): FieldError[] {
  const names = sysctls.map(({ name = "" }) => name);
  return names.flatMap((name, index) => {
    const path = `${field}[${index}].name`;
    return [...validateSysctlName(path, name, names.slice(0, index)), ...validateHostSysctl(path, name, spec)];
  });
}

function validateSysctlName(path: string, name: string, earlier: readonly string[]): FieldError[] {
  if (name === "") return [required(path)];
  if (name.length > MAX_SYSCTL_LENGTH || !SYSCTL.test(name))
    return [invalid(path, name, `must have at most ${MAX_SYSCTL_LENGTH} characters and match regex ${SYSCTL_PATTERN}`)];
  return earlier.includes(name) ? [duplicate(path, name)] : [];
}

/** Settings that each namespace of its own has. Source: GetNamespace of component-helpers' node/util/sysctl. */
const NETWORK_SYSCTL = /^net\./;
const IPC_SYSCTL = /^(kernel\.sem$|kernel\.shm|kernel\.msg|fs\.mqueue\.)/;

/** A pod cannot set what it shares with the host (ValidateHostSysctl). */
function validateHostSysctl(path: string, written: string, { hostNetwork, hostIPC }: PodSpec): FieldError[] {
  const name = normalizedSysctl(written);
  if (hostNetwork === true && NETWORK_SYSCTL.test(name)) return [invalid(path, written, "may not be specified when 'hostNetwork' is true")];
  return hostIPC === true && IPC_SYSCTL.test(name) ? [invalid(path, written, "may not be specified when 'hostIPC' is true")] : [];
}

/** A name may be written with slashes, dots then being part of its parts. */
function normalizedSysctl(name: string): string {
  const [separator = "."] = /[./]/.exec(name) ?? [];
  return separator === "." ? name : name.replace(/[./]/g, (one) => (one === "/" ? "." : "/"));
}

interface PodContext {
  readonly supplementalGroups?: readonly number[];
  readonly sysctls?: readonly { readonly name?: string }[];
  readonly fsGroupChangePolicy?: string;
  readonly seccompProfile?: Profile;
  readonly appArmorProfile?: Profile;
  readonly supplementalGroupsPolicy?: string;
  readonly seLinuxChangePolicy?: string;
}

function chosen(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

export function validatePodSecurityContext(field: string, spec: PodSpec): FieldError[] {
  const context = spec.securityContext;
  if (context === undefined) return [];
  const { supplementalGroups = [], sysctls = [], ...own } = context as PodContext;
  const errors = ["fsGroup", "runAsUser", "runAsGroup"].flatMap((name) => validId(`${field}.${name}`, context[name]));
  errors.push(...supplementalGroups.flatMap((id, index) => validId(`${field}.supplementalGroups[${index}]`, id)));
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    errors.push(invalid(`${field}.shareProcessNamespace`, true, "ShareProcessNamespace and HostPID cannot both be enabled"));
  return [
    ...errors,
    ...validateSysctls(`${field}.sysctls`, sysctls, spec),
    ...chosen(`${field}.fsGroupChangePolicy`, own.fsGroupChangePolicy, GROUP_CHANGE_POLICIES),
    ...validateSeccompProfile(`${field}.seccompProfile`, own.seccompProfile),
    ...validateAppArmorProfile(`${field}.appArmorProfile`, own.appArmorProfile),
    ...chosen(`${field}.supplementalGroupsPolicy`, own.supplementalGroupsPolicy, GROUPS_POLICIES),
    ...chosen(`${field}.seLinuxChangePolicy`, own.seLinuxChangePolicy, SELINUX_POLICIES),
  ];
}

interface ContainerContext {
  readonly privileged?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly procMount?: string;
  readonly seccompProfile?: Profile;
  readonly appArmorProfile?: Profile;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[] };
}

/** @param sharesUsers whether the pod has the host's users, as it has unless it says otherwise */
export function validateSecurityContext(field: string, container: Container, sharesUsers: boolean): FieldError[] {
  if (container.securityContext === undefined) return [];
  const { privileged, procMount, seccompProfile, appArmorProfile, ...own } = container.securityContext as ContainerContext;
  const errors = [...validId(`${field}.runAsUser`, own.runAsUser), ...validId(`${field}.runAsGroup`, own.runAsGroup)];
  if (procMount !== undefined) {
    errors.push(...chosen(`${field}.procMount`, procMount, PROC_MOUNTS));
    if (sharesUsers && procMount === "Unmasked")
      errors.push(invalid(`${field}.procMount`, procMount, "`hostUsers` must be false to use `Unmasked`"));
  }
  errors.push(...validateSeccompProfile(`${field}.seccompProfile`, seccompProfile));
  if (own.allowPrivilegeEscalation === false) {
    const shown = (): unknown => internalForm("SecurityContext", container.securityContext!);
    if (privileged === true)
      errors.push(invalid(field, shown(), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
    for (const capability of own.capabilities?.add ?? []) {
      if (capability === "CAP_SYS_ADMIN")
        errors.push(invalid(field, shown(), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"));
    }
  }
  return [...errors, ...validateAppArmorProfile(`${field}.appArmorProfile`, appArmorProfile)];
}

/** A pod with users of its own may not share the host's other namespaces (validateHostUsers). */
export function validateHostUsers(field: string, spec: PodSpec): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const shared = [
    ["hostNetwork", "hostNetwork"],
    ["hostPID", "HostPID"],
    ["hostIPC", "HostIPC"],
  ] as const;
  return shared
    .filter(([name]) => spec[name] === true)
    .map(([, shown]) => forbidden(`${field}.${shown}`, "when `pod.Spec.HostUsers` is false"));
}
