/** Validation of what containers mount. Source: ValidateVolumeMounts, ValidateVolumeDevices in pkg/apis/core/validation/validation.go. */
import type { Container, Volume } from "../types/pod.js";
import { forbidden, invalid, notFound, notSupported, required, type FieldError } from "./field-error.js";
import { localPath, noBacksteps } from "./paths.js";

const NOT_BLOCK = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";

/** Raw block devices that a container is given. */
export function validateVolumeDevices(field: string, container: Container, volumes: ReadonlyMap<string, Volume>): FieldError[] {
  const errors: FieldError[] = [];
  const mounts = container.volumeMounts ?? [];
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name, devicePath }] of (container.volumeDevices ?? []).entries()) {
    const path = `${field}[${index}]`;
    const volume = volumes.get(name);
    if (name === "") errors.push(required(`${path}.name`));
    if (names.has(name)) errors.push(invalid(`${path}.name`, name, "must be unique"));
    if (volume === undefined) errors.push(notFound(`${path}.name`, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      errors.push(invalid(`${path}.name`, name, NOT_BLOCK));
    if (devicePath === "") errors.push(required(`${path}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalid(`${path}.devicePath`, devicePath, "must be unique"));
    if (devicePath !== "" && noBacksteps(path, devicePath).length > 0)
      errors.push(invalid(`${path}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) errors.push(invalid(`${path}.name`, name, "must not already exist in volumeMounts"));
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      errors.push(invalid(`${path}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"));
    }
    if (name !== "") names.add(name);
  }
  return errors;
}

const PROPAGATION = ["Bidirectional", "HostToContainer", "None"];
const RECURSIVE_READ_ONLY = ["Disabled", "Enabled", "IfPossible"];

interface MountModes {
  readonly subPathExpr?: string;
  readonly mountPropagation?: string;
  readonly recursiveReadOnly?: string;
  readonly readOnly?: boolean;
}

function validatePropagation(field: string, mode: string | undefined, container: Container): FieldError[] {
  if (mode === undefined) return [];
  const errors = PROPAGATION.includes(mode) ? [] : [notSupported(field, mode, PROPAGATION)];
  if (mode === "Bidirectional" && container.securityContext?.privileged !== true)
    errors.push(forbidden(field, "Bidirectional mount propagation is available only to privileged containers"));
  return errors;
}

function validateRecursiveReadOnly(field: string, { recursiveReadOnly: mode, readOnly, mountPropagation }: MountModes): FieldError[] {
  if (mode === undefined || mode === "Disabled") return [];
  if (!RECURSIVE_READ_ONLY.includes(mode)) return [notSupported(field, mode, RECURSIVE_READ_ONLY)];
  const errors = readOnly === true ? [] : [forbidden(field, "may only be specified when readOnly is true")];
  if (mountPropagation !== undefined && mountPropagation !== "None")
    errors.push(forbidden(field, "may only be specified when mountPropagation is None or not specified"));
  return errors;
}

export function validateVolumeMounts(field: string, container: Container, volumes: ReadonlyMap<string, Volume>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const path = `${field}[${index}]`;
    const { name, mountPath, subPath = "" } = mount;
    const modes = mount as MountModes;
    const { subPathExpr = "" } = modes;
    const volume = volumes.get(name);
    if (name === "") errors.push(required(`${path}.name`));
    if (volume === undefined) errors.push(notFound(`${path}.name`, name));
    if (mountPath === "") errors.push(required(`${path}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalid(`${path}.mountPath`, mountPath, "must be unique"));
    paths.add(mountPath);
    if (devices.some((device) => device.name === name))
      errors.push(invalid(`${path}.name`, name, "must not already exist in volumeDevices"));
    if (devices.some((device) => device.devicePath === mountPath)) {
      errors.push(invalid(`${path}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    }
    if (volume?.image !== undefined && subPathExpr !== "")
      errors.push(invalid(`${path}.subPathExpr`, subPathExpr, "not allowed in image volume sources"));
    if (subPath !== "") errors.push(...localPath(`${field}.subPath`, subPath));
    if (subPathExpr !== "") {
      if (subPath !== "") errors.push(invalid(`${path}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      errors.push(...localPath(`${field}.subPathExpr`, subPathExpr));
    }
    errors.push(
      ...validatePropagation(`${field}.mountPropagation`, modes.mountPropagation, container),
      ...validateRecursiveReadOnly(`${field}.recursiveReadOnly`, modes),
    );
  }
  return errors;
}
