/** Validation of a pod's volumes and mounts. Source: ValidateVolumes, ValidateVolumeMounts in pkg/apis/core/validation/validation.go. */
import { parseQuantity } from "../quantity.js";
import type { Container, Volume } from "../types/pod.js";
import { duplicate, forbidden, invalid, notFound, notSupported, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, inclusiveRange } from "./names.js";

type Source = Readonly<Record<string, unknown>>;
type SourceRule = (field: string, source: Source) => FieldError[];

const FILE_MODE_GREATEST = 0o777;

function text(source: Source, name: string): string {
  const value = source[name];
  return typeof value === "string" ? value : "";
}

function needs(...names: string[]): SourceRule {
  return (field, source) => names.filter((name) => text(source, name) === "").map((name) => required(`${field}.${name}`));
}

/** A path below a directory: not absolute, and never going up. */
function localPath(field: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (path.startsWith("/")) errors.push(invalid(field, path, "must be a relative path"));
  return [...errors, ...noBacksteps(field, path)];
}

export function noBacksteps(field: string, path: string): FieldError[] {
  return path.split("/").includes("..") ? [invalid(field, path, "must not contain '..'")] : [];
}

function fileMode(field: string, mode: unknown): FieldError[] {
  const wrong = typeof mode === "number" && (mode < 0 || mode > FILE_MODE_GREATEST);
  return wrong ? [invalid(field, mode, "must be a number between 0 and 0777 (octal), both inclusive")] : [];
}

/** A path below a directory whose name does not look like a way up. */
function localNonReservedPath(field: string, path: string): FieldError[] {
  const isReserved = path.startsWith("..") && !path.startsWith("../");
  return isReserved ? [...localPath(field, path), invalid(field, path, "must not start with '..'")] : localPath(field, path);
}

function keysToPaths(field: string, items: unknown): FieldError[] {
  if (!Array.isArray(items)) return [];
  return (items as Source[]).flatMap((item, index) => {
    const path = `${field}[${index}]`;
    return [
      ...needs("key", "path")(path, item),
      ...localNonReservedPath(`${path}.path`, text(item, "path")),
      ...fileMode(`${path}.mode`, item.mode),
    ];
  });
}

/** Partitions and logical units are numbered up to this. */
const MAX_UNIT = 255;

function unit(field: string, value: unknown, least: number): FieldError[] {
  return typeof value === "number" && (value < 0 || value > MAX_UNIT) ? [invalid(field, value, inclusiveRange(least, MAX_UNIT))] : [];
}

/** A disk of a cloud, named by the given field. */
export function cloudDisk(name: string): SourceRule {
  return (field, source) => [...needs(name)(field, source), ...unit(`${field}.partition`, source.partition, 1)];
}

const IQN_PREFIX = /^(iqn|eui|naa)/;
/** Names of iSCSI initiators and targets, RFC 3720 section 3.2.6.3. */
const IQN = /^(iqn\.\d{4}-\d{2}\.([\w-.]+)(:[^,;*&$|\s]+)?|eui\.[0-9a-fA-F]{16}|naa\.[0-9a-fA-F]{32})$/;

const validateIscsi: SourceRule = (field, source) => {
  const errors = needs("targetPortal", "iqn")(field, source);
  const iqn = text(source, "iqn");
  if (iqn !== "" && !IQN_PREFIX.test(iqn)) errors.push(invalid(`${field}.iqn`, iqn, "must be valid format starting with iqn, eui, or naa"));
  else if (iqn !== "" && !IQN.test(iqn)) errors.push(invalid(`${field}.iqn`, iqn, "must be valid format"));
  errors.push(...unit(`${field}.lun`, source.lun, 0));
  const needsSecret = source.chapAuthDiscovery === true || source.chapAuthSession === true;
  return needsSecret && source.secretRef === undefined ? [...errors, required(`${field}.secretRef`)] : errors;
};

const HOST_PATH_TYPES = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/** What a path on the host must be (validateHostPathVolumeSource). */
export const validateHostPath: SourceRule = (field, source) => {
  const path = text(source, "path");
  if (path === "") return [required(`${field}.path`)];
  const type = text(source, "type");
  const known = HOST_PATH_TYPES.includes(type);
  return [...noBacksteps(`${field}.path`, path), ...(known ? [] : [notSupported(`${field}.type`, type, HOST_PATH_TYPES)])];
};

export const validateNfs: SourceRule = (field, source) => {
  const errors = needs("server", "path")(field, source);
  const path = text(source, "path");
  return !path.startsWith("/") ? [...errors, invalid(`${field}.path`, path, "must be an absolute path")] : errors;
};

const ACCESS_MODES: ReadonlySet<string> = new Set(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]);

/** Every source that a volume may have, in the API server's order of checks. */
const SOURCES: readonly (readonly [name: string, rule: SourceRule])[] = [
  [
    "emptyDir",
    (field, source) =>
      source.sizeLimit !== undefined && parseQuantity(source.sizeLimit as string).sign < 0
        ? [forbidden(`${field}.sizeLimit`, "SizeLimit field must be a valid resource quantity")]
        : [],
  ],
  ["hostPath", validateHostPath],
  ["gitRepo", needs("repository")],
  ["gcePersistentDisk", cloudDisk("pdName")],
  ["awsElasticBlockStore", cloudDisk("volumeID")],
  [
    "secret",
    (field, source) => [
      ...needs("secretName")(field, source),
      ...fileMode(`${field}.defaultMode`, source.defaultMode),
      ...keysToPaths(`${field}.items`, source.items),
    ],
  ],
  ["nfs", validateNfs],
  ["iscsi", validateIscsi],
  ["glusterfs", () => []],
  ["flocker", () => []],
  ["persistentVolumeClaim", (field, source) => (text(source, "claimName") === "" ? [required(`${field}.claimName`)] : [])],
  [
    "rbd",
    (field, source) => [
      ...(Array.isArray(source.monitors) && source.monitors.length > 0 ? [] : [required(`${field}.monitors`)]),
      ...needs("image")(field, source),
    ],
  ],
  ["cinder", () => []],
  ["cephfs", () => []],
  ["quobyte", () => []],
  ["downwardAPI", (field, source) => fileMode(`${field}.defaultMode`, source.defaultMode)],
  ["fc", () => []],
  ["flexVolume", () => []],
  ["azureFile", () => []],
  [
    "configMap",
    (field, source) => [
      ...needs("name")(field, source),
      ...fileMode(`${field}.defaultMode`, source.defaultMode),
      ...keysToPaths(`${field}.items`, source.items),
    ],
  ],
  ["vsphereVolume", () => []],
  ["photonPersistentDisk", () => []],
  ["portworxVolume", () => []],
  ["azureDisk", needs("diskName", "diskURI")],
  ["storageos", () => []],
  ["projected", (field, source) => fileMode(`${field}.defaultMode`, source.defaultMode)],
  ["scaleIO", () => []],
  ["csi", (field, source) => needs("driver")(field, source)],
  ["ephemeral", validateEphemeral],
  ["image", (field, source) => needs("reference")(field, source)],
];

function validateEphemeral(field: string, source: Source): FieldError[] {
  const template = source.volumeClaimTemplate as Source | undefined;
  if (template === undefined) return [required(`${field}.volumeClaimTemplate`)];
  const spec = (template.spec ?? {}) as Source;
  const path = `${field}.volumeClaimTemplate.spec`;
  const errors: FieldError[] = [];
  const modes = (spec.accessModes ?? []) as string[];
  if (modes.length === 0) errors.push(required(`${path}.accessModes`, "at least 1 access mode is required"));
  for (const mode of modes) if (!ACCESS_MODES.has(mode)) errors.push(notSupported(`${path}.accessModes`, mode, [...ACCESS_MODES].sort()));
  const requests = (spec.resources as { requests?: Source } | undefined)?.requests;
  if (requests?.storage === undefined) errors.push(required(`${path}.resources[storage]`));
  return errors;
}

function validateVolumeSource(field: string, volume: Volume): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const [name, rule] of SOURCES) {
    const source = volume[name];
    if (source === undefined) continue;
    count++;
    if (count > 1) errors.push(forbidden(`${field}.${name}`, "may not specify more than 1 volume type"));
    else errors.push(...rule(`${field}.${name}`, source as Source));
  }
  if (count === 0) errors.push(required(field, "must specify a volume type"));
  return errors;
}

/** Validates volumes; the names of those that are right are returned for the mounts. */
export function validateVolumes(
  field: string,
  volumes: readonly Volume[],
): { readonly errors: FieldError[]; readonly names: ReadonlySet<string> } {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const path = `${field}[${index}]`;
    const own = validateVolumeSource(path, volume);
    if ((volume.name ?? "") === "") own.push(required(`${path}.name`));
    else own.push(...check(`${path}.name`, volume.name, dnsLabel));
    if (names.has(volume.name)) own.push(duplicate(`${path}.name`, volume.name));
    if (own.length === 0) names.add(volume.name);
    else errors.push(...own);
  }
  return { errors, names };
}

/** Raw block devices that a container is given. */
export function validateVolumeDevices(field: string, container: Container, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const devices = container.volumeDevices ?? [];
  const mounts = container.volumeMounts ?? [];
  for (const [index, { name, devicePath }] of devices.entries()) {
    const path = `${field}[${index}]`;
    const earlier = devices.slice(0, index);
    if (name === "") errors.push(required(`${path}.name`));
    if (earlier.some((one) => one.name === name)) errors.push(invalid(`${path}.name`, name, "must be unique"));
    if (!volumes.has(name)) errors.push(notFound(`${path}.name`, name));
    if (devicePath === "") errors.push(required(`${path}.devicePath`));
    if (earlier.some((one) => one.devicePath === devicePath)) errors.push(invalid(`${path}.devicePath`, devicePath, "must be unique"));
    if (noBacksteps(path, devicePath).length > 0)
      errors.push(invalid(`${path}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    if (mounts.some((mount) => mount.name === name)) errors.push(invalid(`${path}.name`, name, "must not already exist in volumeMounts"));
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      errors.push(invalid(`${path}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"));
    }
  }
  return errors;
}

const PROPAGATION = ["Bidirectional", "HostToContainer", "None"];

export function validateVolumeMounts(field: string, container: Container, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const path = `${field}[${index}]`;
    const { name, mountPath, subPath = "" } = mount;
    if (name === "") errors.push(required(`${path}.name`));
    if (!volumes.has(name)) errors.push(notFound(`${path}.name`, name));
    if (mountPath === "") errors.push(required(`${path}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalid(`${path}.mountPath`, mountPath, "must be unique"));
    paths.add(mountPath);
    if (devices.some((device) => device.name === name))
      errors.push(invalid(`${path}.name`, name, "must not already exist in volumeDevices"));
    if (devices.some((device) => device.devicePath === mountPath)) {
      errors.push(invalid(`${path}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    }
    if (subPath !== "") errors.push(...localPath(`${field}.subPath`, subPath));
    const { subPathExpr, mountPropagation } = mount as { subPathExpr?: string; mountPropagation?: string };
    if (subPathExpr !== undefined && subPathExpr !== "") {
      if (subPath !== "") errors.push(invalid(`${path}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      errors.push(...localPath(`${field}.subPathExpr`, subPathExpr));
    }
    if (mountPropagation !== undefined && !PROPAGATION.includes(mountPropagation)) {
      errors.push(notSupported(`${field}.mountPropagation`, mountPropagation, PROPAGATION));
    }
  }
  return errors;
}
