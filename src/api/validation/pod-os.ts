/** What the operating system of a pod allows. Source: validateOS, validateLinux, validateWindows in pkg/apis/core/validation/validation.go. */
import type { PodSpec } from "../types/pod.js";
import { forbidden, notSupported, required, type FieldError } from "./field-error.js";

const OPERATING_SYSTEMS = ["linux", "windows"];
const NOT_ON_LINUX = "windows options cannot be set for a linux pod";
const NOT_ON_WINDOWS = "cannot be set for a windows pod";

/** Fields of security contexts, and of the pod's spec among them, that only Linux has; in the API server's order. */
const LINUX_ONLY_OF_POD = [
  "securityContext.appArmorProfile",
  "securityContext.seLinuxOptions",
  "hostUsers",
  "hostPID",
  "hostIPC",
  "securityContext.seccompProfile",
  "securityContext.fsGroup",
  "securityContext.fsGroupChangePolicy",
  "securityContext.sysctls",
  "shareProcessNamespace",
  "securityContext.runAsUser",
  "securityContext.runAsGroup",
  "securityContext.supplementalGroups",
  "securityContext.supplementalGroupsPolicy",
  "securityContext.seLinuxChangePolicy",
];
const LINUX_ONLY_OF_CONTAINER = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
];

type Plain = Readonly<Record<string, unknown>>;

function isSet(object: Plain, path: string): boolean {
  const value = path.split(".").reduce<unknown>((part, name) => (part as Plain | undefined)?.[name], object);
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}

function containerContexts(field: string, spec: PodSpec): readonly (readonly [field: string, context: Plain])[] {
  return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((group) =>
    (spec[group] ?? []).flatMap(({ securityContext }, index) =>
      securityContext === undefined ? [] : [[`${field}.${group}[${index}].securityContext`, securityContext] as const],
    ),
  );
}

export function validateOperatingSystem(field: string, spec: PodSpec): FieldError[] {
  if (spec.os === undefined) return [];
  const { name = "" } = spec.os as { readonly name?: string };
  if (name === "") return [required(`${field}.os.name`, "cannot be empty")];
  if (!OPERATING_SYSTEMS.includes(name)) return [notSupported(`${field}.os`, name, OPERATING_SYSTEMS)];
  const contexts = containerContexts(field, spec);
  if (name === "linux") {
    const own = spec.securityContext?.windowsOptions === undefined ? [] : [`${field}.securityContext`];
    const places = [...own, ...contexts.filter(([, context]) => context.windowsOptions !== undefined).map(([path]) => path)];
    return places.map((path) => forbidden(`${path}.windowsOptions`, NOT_ON_LINUX));
  }
  const wrong = LINUX_ONLY_OF_POD.filter(
    (path) => isSet(spec as unknown as Plain, path) || (path === "hostUsers" && spec.hostUsers !== undefined),
  );
  return [
    ...wrong.map((path) => forbidden(`${field}.${path}`, NOT_ON_WINDOWS)),
    ...contexts.flatMap(([path, context]) =>
      LINUX_ONLY_OF_CONTAINER.filter((one) => context[one] !== undefined).map((one) => forbidden(`${path}.${one}`, NOT_ON_WINDOWS)),
    ),
  ];
}
