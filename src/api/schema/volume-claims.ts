/** Claims of persistent volumes (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";
import "./resources.js";

defineTypes(
  "v1",
  `
PersistentVolumeAccessMode PersistentVolumeMode PersistentVolumeClaimPhase = string
VolumeResourceRequirements
  limits ResourceList
  requests ResourceList
PersistentVolumeClaimSpec
  accessModes []PersistentVolumeAccessMode
  selector *LabelSelector
  resources VolumeResourceRequirements!
  volumeName string
  storageClassName *string
  volumeMode *PersistentVolumeMode
  dataSource *TypedLocalObjectReference
  dataSourceRef *TypedObjectReference
  volumeAttributesClassName *string
PersistentVolumeClaimCondition
  type string!
  status ConditionStatus!
  lastProbeTime Time
  lastTransitionTime Time
  reason string
  message string
PersistentVolumeClaimStatus
  phase PersistentVolumeClaimPhase
  accessModes []PersistentVolumeAccessMode
  capacity {}Quantity
  conditions []PersistentVolumeClaimCondition
  allocatedResources {}Quantity
  allocatedResourceStatuses {}string
  currentVolumeAttributesClassName *string
  modifyVolumeStatus any
PersistentVolumeClaim
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec PersistentVolumeClaimSpec+
  status PersistentVolumeClaimStatus!
PersistentVolumeClaimTemplate
  metadata ObjectMeta!
  spec PersistentVolumeClaimSpec+
`,
);
