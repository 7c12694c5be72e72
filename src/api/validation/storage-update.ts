/** What may change in storage kinds. Source: ValidatePersistentVolumeClaimUpdate and its kin in pkg/apis/core/validation, pkg/apis/storage/validation. */
import { indentedJson } from "../go-json.js";
import { internalForm } from "../internal-form.js";
import { compareQuantities } from "../quantity.js";
import type { CSINode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment } from "../types/storage.js";
import { unifiedDiff } from "../unified-diff.js";
import { forbidden, invalid, type FieldError } from "./field-error.js";
import { immutable, semanticallyEqual } from "./sameness.js";

const CLAIM_UPDATE = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

type ClaimSpec = PersistentVolumeClaim["spec"];

/** The new spec with everything that may change as it was before. */
function mungedClaim(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): ClaimSpec {
  const { spec } = claim;
  const isBound = claim.status?.phase === "Bound";
  const { requests } = spec.resources ?? {};
  const hadVolume = (old.spec.volumeName ?? "") !== "";
  return {
    ...spec,
    ...(!hadVolume && { volumeName: old.spec.volumeName }),
    ...(old.spec.storageClassName === undefined && { storageClassName: undefined }),
    ...(isBound &&
      requests !== undefined && {
        resources: { ...spec.resources, requests: { ...requests, storage: old.spec.resources?.requests?.storage ?? "0" } },
      }),
    ...(isBound && spec.volumeAttributesClassName !== undefined && { volumeAttributesClassName: old.spec.volumeAttributesClassName }),
  };
}

function shownClaimSpec(spec: ClaimSpec): string {
  return indentedJson(internalForm("PersistentVolumeClaimSpec", spec));
}

export function validatePersistentVolumeClaimChange(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  const annotation = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? "";
  if (annotation !== (old.metadata.annotations?.[CLASS_ANNOTATION] ?? ""))
    errors.push(invalid(`metadata.annotations.${CLASS_ANNOTATION}`, annotation, "field is immutable"));
  const rest = mungedClaim(claim, old);
  if (!semanticallyEqual(rest, old.spec))
    errors.push(forbidden("spec", `${CLAIM_UPDATE}\n${unifiedDiff(shownClaimSpec(old.spec), shownClaimSpec(rest))}`));
  const [size, before] = [claim.spec.resources?.requests?.storage ?? 0, old.spec.resources?.requests?.storage ?? 0];
  if (compareQuantities(size, before) < 0 && compareQuantities(size, old.status?.capacity?.storage ?? 0) <= 0)
    errors.push(forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
  errors.push(...immutable("volumeMode", claim.spec.volumeMode, old.spec.volumeMode, claim.spec.volumeMode ?? null));
  const { volumeAttributesClassName: attributes } = claim.spec;
  if (old.spec.volumeAttributesClassName !== undefined && (attributes ?? "") === "") {
    const to = attributes === undefined ? "nil" : "an empty string";
    errors.push(forbidden("spec.volumeAttributesClassName", `update from non-nil value to ${to} is forbidden`));
  }
  return errors;
}

/** Fields of a volume's spec that are no source. */
const VOLUME_FIELDS: ReadonlySet<string> = new Set([
  "capacity",
  "accessModes",
  "claimRef",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "mountOptions",
  "volumeMode",
  "nodeAffinity",
  "volumeAttributesClassName",
]);

function sourceOf({ spec }: PersistentVolume): object {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !VOLUME_FIELDS.has(name)));
}

/** The API server's own type, with its order. */
const SOURCES = [
  "GCEPersistentDisk",
  "AWSElasticBlockStore",
  "HostPath",
  "Glusterfs",
  "NFS",
  "RBD",
  "Quobyte",
  "ISCSI",
  "FlexVolume",
  "Cinder",
  "CephFS",
  "FC",
  "Flocker",
  "AzureFile",
  "VsphereVolume",
  "AzureDisk",
  "PhotonPersistentDisk",
  "PortworxVolume",
  "ScaleIO",
  "Local",
  "StorageOS",
  "CSI",
];

function shownSource({ spec }: PersistentVolume): string {
  const internal = internalForm("PersistentVolumeSpec", spec);
  return indentedJson(Object.fromEntries(SOURCES.map((name) => [name, internal[name]])));
}

export function validatePersistentVolumeChange(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const [source, before] = [sourceOf(volume), sourceOf(old)];
  const errors = semanticallyEqual(source, before)
    ? []
    : [
        forbidden(
          "spec.persistentvolumesource",
          `spec.persistentvolumesource is immutable after creation\n${unifiedDiff(shownSource(old), shownSource(volume))}`,
        ),
      ];
  errors.push(...immutable("volumeMode", volume.spec.volumeMode, old.spec.volumeMode, volume.spec.volumeMode ?? null));
  const { nodeAffinity } = volume.spec;
  if (old.spec.nodeAffinity !== undefined && !semanticallyEqual(nodeAffinity, old.spec.nodeAffinity)) {
    const shown = nodeAffinity === undefined ? null : internalForm("VolumeNodeAffinity", nodeAffinity);
    errors.push(invalid("nodeAffinity", shown, "field is immutable, except for updating from beta label to GA"));
  }
  return errors;
}

export function validateStorageClassChange(object: StorageClass, old: StorageClass): FieldError[] {
  return [
    ...(["parameters", "provisioner", "reclaimPolicy"] as const).flatMap((name) =>
      semanticallyEqual(object[name], old[name]) ? [] : [forbidden(name, `updates to ${name} are forbidden.`)],
    ),
    ...immutable("volumeBindingMode", object.volumeBindingMode, old.volumeBindingMode),
  ];
}

export function validateCSINodeChange(object: CSINode, old: CSINode): FieldError[] {
  return object.spec.drivers.flatMap((driver) => {
    const before = old.spec.drivers.find((one) => one.name === driver.name);
    if (before === undefined || semanticallyEqual({ ...driver, allocatable: undefined }, { ...before, allocatable: undefined })) return [];
    return [invalid("CSINodeDriver", internalForm("CSINodeDriver", driver), "field is immutable")];
  });
}

export function validateVolumeAttachmentChange(object: VolumeAttachment, old: VolumeAttachment): FieldError[] {
  return immutable("spec", object.spec, old.spec, internalForm("VolumeAttachmentSpec", object.spec));
}
