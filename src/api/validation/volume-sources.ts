/** Validation of the kinds of volumes, of pods and of PersistentVolumes. Source: the validate...VolumeSource functions in pkg/apis/core/validation/validation.go. */
import { parseQuantity } from "../quantity.js";
import type { PersistentVolumeClaim } from "../types/storage.js";
import { validateClaimSpec } from "./claim-spec.js";
import { validateCsi, validatePersistentCsi } from "./csi-volumes.js";
import { forbidden, invalid, notSupported, oneOf, required, type FieldError } from "./field-error.js";
import { check, validateAnnotations, validateLabels } from "./metadata.js";
import { dnsLabel, inclusiveRange } from "./names.js";
import { keyToPath, type KeyToPath, fileMode, localPath, noBacksteps } from "./paths.js";
import { validateDownwardApi, validateProjected } from "./projected-volumes.js";
import { all, needs, secretOf, type Source, type SourceRule, text } from "./source-rule.js";

const needsMonitors: SourceRule = (field, { monitors }) =>
  Array.isArray(monitors) && monitors.length > 0 ? [] : [required(`${field}.monitors`)];

/** Partitions and logical units are numbered up to this. */
const MAX_UNIT = 255;

function unit(field: string, value: unknown, least: number): FieldError[] {
  return typeof value === "number" && (value < 0 || value > MAX_UNIT) ? [invalid(field, value, inclusiveRange(least, MAX_UNIT))] : [];
}

/** A disk of a cloud, named by the given field. */
function cloudDisk(name: string): SourceRule {
  return (field, source) => [...needs(name)(field, source), ...unit(`${field}.partition`, source.partition, 1)];
}

const gcePersistentDisk = cloudDisk("pdName");

const IQN_PREFIX = /^(iqn|eui|naa)/;
/** Names of iSCSI initiators and targets, RFC 3720 section 3.2.6.3. */
const IQN = /^(iqn\.\d{4}-\d{2}\.([\w-.]+)(:[^,;*&$|\s]+)$|eui.[0-9a-zA-Z]{16}$|naa.[0-9a-zA-Z]{32}$)/;

function initiatorName(field: string, name: string, prefixDetail: string): FieldError[] {
  if (!IQN_PREFIX.test(name)) return [invalid(field, name, prefixDetail)];
  return IQN.test(name) ? [] : [invalid(field, name, "must be valid format")];
}

const PREFIX_DETAIL = "must be valid format starting with iqn, eui, or naa";

const validateIscsi: SourceRule = (field, source) => {
  const errors = needs("targetPortal", "iqn")(field, source);
  const iqn = text(source, "iqn");
  if (iqn !== "") errors.push(...initiatorName(`${field}.iqn`, iqn, PREFIX_DETAIL));
  errors.push(...unit(`${field}.lun`, source.lun, 0));
  const needsSecret = source.chapAuthDiscovery === true || source.chapAuthSession === true;
  if (needsSecret && source.secretRef === undefined) errors.push(required(`${field}.secretRef`));
  const { initiatorName: initiator } = source;
  return typeof initiator === "string" ? [...errors, ...initiatorName(`${field}.initiatorname`, initiator, PREFIX_DETAIL)] : errors;
};

const HOST_PATH_TYPES = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/** What a path on the host must be (validateHostPathVolumeSource). */
const validateHostPath: SourceRule = (field, source) => {
  const path = text(source, "path");
  if (path === "") return [required(`${field}.path`)];
  const type = text(source, "type");
  const known = HOST_PATH_TYPES.includes(type);
  return [...noBacksteps(`${field}.path`, path), ...(known ? [] : [notSupported(`${field}.type`, type, HOST_PATH_TYPES)])];
};

const validateNfs: SourceRule = (field, source) => {
  const errors = needs("server", "path")(field, source);
  const path = text(source, "path");
  return !path.startsWith("/") ? [...errors, invalid(`${field}.path`, path, "must be an absolute path")] : errors;
};

const validateFlocker: SourceRule = (field, source) => {
  const [name, uuid] = [text(source, "datasetName"), text(source, "datasetUUID")];
  const errors = name === "" && uuid === "" ? [required(field, "one of datasetName and datasetUUID is required")] : [];
  if (name !== "" && uuid !== "")
    errors.push(invalid(field, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  return name.includes("/") ? [...errors, invalid(`${field}.datasetName`, name, "must not contain '/'")] : errors;
};

const validateFc: SourceRule = (field, { targetWWNs = [], wwids = [], lun }) => {
  const [names, ids] = [targetWWNs as string[], wwids as string[]];
  const path = `${field}.targetWWNs`;
  const errors = names.length + ids.length === 0 ? [required(path, "must specify either targetWWNs or wwids, but not both")] : [];
  if (names.length > 0 && ids.length > 0) errors.push(invalid(path, names, "targetWWNs and wwids can not be specified simultaneously"));
  if (names.length === 0) return errors;
  return lun === undefined
    ? [...errors, required(`${field}.lun`, "lun is required if targetWWNs is specified")]
    : [...errors, ...unit(`${field}.lun`, lun, 0)];
};

const validateFlexVolume: SourceRule = (field, source) => {
  const reserved = Object.keys(source.options ?? {}).filter((key) => /\.(kubernetes|k8s)\.io$/.test(`.${key.split("/")[0].toLowerCase()}`));
  return [
    ...needs("driver")(field, source),
    ...reserved.map((key) => invalid(`${field}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved")),
  ];
};

const QUOBYTE_REGISTRY = "must be a host:port pair or multiple pairs separated by commas";
const MAX_TENANT = 64;

const validateQuobyte: SourceRule = (field, source) => {
  const [registry, tenant] = [text(source, "registry"), text(source, "tenant")];
  const errors: FieldError[] = [];
  if (registry === "") errors.push(required(`${field}.registry`, QUOBYTE_REGISTRY));
  else if (tenant.length > MAX_TENANT)
    errors.push(required(`${field}.tenant`, "must be a UUID and may not exceed a length of 64 characters"));
  else
    for (const pair of registry.split(","))
      if (!/^[^:]*:[^:]*$/.test(pair)) errors.push(invalid(`${field}.registry`, registry, QUOBYTE_REGISTRY));
  return [...errors, ...needs("volume")(field, source)];
};

const CACHING_MODES = ["None", "ReadOnly", "ReadWrite"];
const DISK_KINDS = ["Dedicated", "Managed", "Shared"];
const MANAGED_DISK_URI = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const BLOB_DISK_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";

const validateAzureDisk: SourceRule = (field, source) => {
  const errors = needs("diskName", "diskURI")(field, source);
  const [caching, kind, uri] = [text(source, "cachingMode"), text(source, "kind"), text(source, "diskURI")];
  if (source.cachingMode !== undefined && !CACHING_MODES.includes(caching))
    errors.push(notSupported(`${field}.cachingMode`, caching, CACHING_MODES));
  if (source.kind === undefined) return errors;
  if (!DISK_KINDS.includes(kind)) errors.push(notSupported(`${field}.kind`, kind, DISK_KINDS));
  const [start, shape] = kind === "Managed" ? ["/subscriptions/", MANAGED_DISK_URI] : ["https://", BLOB_DISK_URI];
  return uri.startsWith(start) ? errors : [...errors, notSupported(`${field}.diskURI`, uri, [shape])];
};

const validateStorageOs: SourceRule = (field, source) => {
  const [name, namespace] = [text(source, "volumeName"), text(source, "volumeNamespace")];
  return [
    ...(name === "" ? [required(`${field}.volumeName`)] : check(`${field}.volumeName`, name, dnsLabel)),
    ...(namespace === "" ? [] : check(`${field}.volumeNamespace`, namespace, dnsLabel)),
  ];
};

/** Fields of a claim template's metadata that mean something. */
const TEMPLATE_METADATA: ReadonlySet<string> = new Set(["labels", "annotations"]);

const validateEphemeral: SourceRule = (field, source) => {
  const path = `${field}.volumeClaimTemplate`;
  const template = source.volumeClaimTemplate as
    { readonly metadata?: Readonly<Record<string, unknown>>; readonly spec?: PersistentVolumeClaim["spec"] } | undefined;
  if (template === undefined) return [required(path)];
  const metadata = template.metadata ?? {};
  return [
    ...validateAnnotations(`${path}.metadata.annotations`, metadata.annotations as Record<string, string> | undefined),
    ...validateLabels(`${path}.metadata.labels`, metadata.labels as Record<string, string> | undefined),
    ...Object.keys(metadata)
      .filter((name) => !TEMPLATE_METADATA.has(name) && metadata[name] !== undefined)
      .map((name) => forbidden(`${path}.metadata.${name}`, "cannot be set")),
    ...validateClaimSpec(`${path}.spec`, template.spec ?? {}),
  ];
};

function itemsOf(nameField: string): SourceRule {
  return (field, source) => [
    ...needs(nameField)(field, source),
    ...fileMode(`${field}.defaultMode`, source.defaultMode),
    ...((source.items ?? []) as KeyToPath[]).flatMap((item, index) => keyToPath(`${field}.items[${index}]`, item)),
  ];
}

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];

/** A kind of volume: its field, its rule, and the fields that messages name where these differ. */
export interface VolumeKind {
  readonly name: string;
  readonly rule: SourceRule;
  readonly shownAs?: string;
  readonly forbiddenAs?: string;
}

/** Every source that a volume of a pod may have, in the API server's order of checks. */
export const POD_VOLUMES: readonly VolumeKind[] = [
  {
    name: "emptyDir",
    rule: (field, { sizeLimit }) =>
      sizeLimit !== undefined && parseQuantity(sizeLimit as string).sign < 0
        ? [forbidden(`${field}.sizeLimit`, "SizeLimit field must be a valid resource quantity")]
        : [],
  },
  { name: "hostPath", rule: validateHostPath },
  {
    name: "gitRepo",
    rule: (field, source) => [...needs("repository")(field, source), ...localPath(`${field}.directory`, text(source, "directory"))],
  },
  { name: "gcePersistentDisk", rule: gcePersistentDisk, shownAs: "persistentDisk" },
  { name: "awsElasticBlockStore", rule: cloudDisk("volumeID") },
  { name: "secret", rule: itemsOf("secretName") },
  { name: "nfs", rule: validateNfs },
  { name: "iscsi", rule: validateIscsi },
  { name: "glusterfs", rule: needs("endpoints", "path") },
  { name: "flocker", rule: validateFlocker },
  { name: "persistentVolumeClaim", rule: needs("claimName") },
  { name: "rbd", rule: all(needsMonitors, needs("image")) },
  { name: "cinder", rule: all(needs("volumeID"), secretOf("secretRef", "name")) },
  { name: "cephfs", rule: needsMonitors, forbiddenAs: "cephFS" },
  { name: "quobyte", rule: validateQuobyte },
  { name: "downwardAPI", rule: validateDownwardApi, forbiddenAs: "downwarAPI" },
  { name: "fc", rule: validateFc },
  { name: "flexVolume", rule: validateFlexVolume },
  { name: "configMap", rule: itemsOf("name") },
  { name: "azureFile", rule: needs("secretName", "shareName") },
  { name: "vsphereVolume", rule: needs("volumePath") },
  { name: "photonPersistentDisk", rule: needs("pdID") },
  { name: "portworxVolume", rule: needs("volumeID") },
  { name: "azureDisk", rule: validateAzureDisk },
  { name: "storageos", rule: all(validateStorageOs, secretOf("secretRef", "name")) },
  { name: "projected", rule: validateProjected },
  { name: "scaleIO", rule: needs("gateway", "system", "volumeName") },
  { name: "csi", rule: validateCsi },
  { name: "ephemeral", rule: validateEphemeral },
  {
    name: "image",
    rule: (field, source) => [
      ...needs("reference")(field, source),
      ...oneOf(`${field}.pullPolicy`, text(source, "pullPolicy"), PULL_POLICIES),
    ],
  },
];

/** Every source that a PersistentVolume may have, in the API server's order of checks. */
export const PERSISTENT_VOLUMES: readonly VolumeKind[] = [
  { name: "hostPath", rule: validateHostPath },
  { name: "gcePersistentDisk", rule: gcePersistentDisk, shownAs: "persistentDisk" },
  { name: "awsElasticBlockStore", rule: cloudDisk("volumeID") },
  { name: "glusterfs", rule: needs("endpoints", "path") },
  { name: "flocker", rule: validateFlocker },
  { name: "nfs", rule: validateNfs },
  { name: "rbd", rule: all(needsMonitors, needs("image")) },
  { name: "quobyte", rule: validateQuobyte },
  { name: "cephfs", rule: needsMonitors },
  { name: "iscsi", rule: all(validateIscsi, secretOf("secretRef", "name")) },
  { name: "cinder", rule: all(needs("volumeID"), secretOf("secretRef", "name", "namespace")) },
  { name: "fc", rule: validateFc },
  { name: "flexVolume", rule: validateFlexVolume },
  { name: "azureFile", rule: needs("secretName", "shareName") },
  { name: "vsphereVolume", rule: needs("volumePath") },
  { name: "photonPersistentDisk", rule: needs("pdID") },
  { name: "portworxVolume", rule: needs("volumeID") },
  { name: "azureDisk", rule: validateAzureDisk },
  { name: "scaleIO", rule: needs("gateway", "system", "volumeName") },
  {
    name: "local",
    rule: (field, source) =>
      text(source, "path") === "" ? [required(`${field}.path`)] : noBacksteps(`${field}.path`, text(source, "path")),
  },
  { name: "storageos", rule: all(validateStorageOs, secretOf("secretRef", "name", "namespace")) },
  { name: "csi", rule: validatePersistentCsi },
];

/** A volume has one source, which has to be right; of all others it is only said that they are too many. */
export function validateSources(field: string, volume: Readonly<Record<string, unknown>>, kinds: readonly VolumeKind[]): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const { name, rule, shownAs = name, forbiddenAs = name } of kinds) {
    const source = volume[name];
    if (source === undefined) continue;
    count++;
    if (count > 1) errors.push(forbidden(`${field}.${forbiddenAs}`, "may not specify more than 1 volume type"));
    else errors.push(...rule(`${field}.${shownAs}`, source as Source));
  }
  if (count === 0) errors.push(required(field, "must specify a volume type"));
  return errors;
}
