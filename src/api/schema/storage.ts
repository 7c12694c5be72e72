/** Storage kinds other than claims: volumes (v1), classes and drivers (storage.k8s.io/v1). */
import { defineTypes } from "./descriptor.js";
import "./core.js";

defineTypes(
  "v1",
  `
PersistentVolumePhase PersistentVolumeReclaimPolicy VolumeBindingMode FSGroupPolicy VolumeLifecycleMode = string
VolumeNodeAffinity
  required *NodeSelector
SecretReference
  name string
  namespace string
GlusterfsPersistentVolumeSource
  endpoints string!
  path string!
  readOnly bool
  endpointsNamespace *string
RBDPersistentVolumeSource
  monitors []string!
  image string!
  fsType string
  pool string
  user string
  keyring string
  secretRef *SecretReference
  readOnly bool
ISCSIPersistentVolumeSource
  targetPortal string!
  iqn string!
  lun int32!
  iscsiInterface string
  fsType string
  readOnly bool
  portals []string
  chapAuthDiscovery bool
  chapAuthSession bool
  secretRef *SecretReference
  initiatorName *string
CinderPersistentVolumeSource
  volumeID string!
  fsType string
  readOnly bool
  secretRef *SecretReference
CephFSPersistentVolumeSource
  monitors []string!
  path string
  user string
  secretFile string
  secretRef *SecretReference
  readOnly bool
FlexPersistentVolumeSource
  driver string!
  fsType string
  secretRef *SecretReference
  readOnly bool
  options {}string
AzureFilePersistentVolumeSource
  secretName string!
  shareName string!
  readOnly bool
  secretNamespace *string!
ScaleIOPersistentVolumeSource
  gateway string!
  system string!
  secretRef *SecretReference!
  sslEnabled bool
  protectionDomain string
  storagePool string
  storageMode string
  volumeName string!
  fsType string
  readOnly bool
StorageOSPersistentVolumeSource
  volumeName string
  volumeNamespace string
  fsType string
  readOnly bool
  secretRef *ObjectReference
CSIPersistentVolumeSource
  driver string!
  volumeHandle string!
  readOnly bool
  fsType string
  volumeAttributes {}string
  controllerPublishSecretRef *SecretReference
  nodeStageSecretRef *SecretReference
  nodePublishSecretRef *SecretReference
  controllerExpandSecretRef *SecretReference
  nodeExpandSecretRef *SecretReference
LocalVolumeSource
  path string!
  fsType *string
PersistentVolumeSpec
  capacity {}Quantity
  gcePersistentDisk *GCEPersistentDiskVolumeSource
  awsElasticBlockStore *AWSElasticBlockStoreVolumeSource
  hostPath *HostPathVolumeSource
  glusterfs *GlusterfsPersistentVolumeSource
  nfs *NFSVolumeSource
  rbd *RBDPersistentVolumeSource
  iscsi *ISCSIPersistentVolumeSource
  cinder *CinderPersistentVolumeSource
  cephfs *CephFSPersistentVolumeSource
  fc *FCVolumeSource
  flocker *FlockerVolumeSource
  flexVolume *FlexPersistentVolumeSource
  azureFile *AzureFilePersistentVolumeSource
  vsphereVolume *VsphereVirtualDiskVolumeSource
  quobyte *QuobyteVolumeSource
  azureDisk *AzureDiskVolumeSource
  photonPersistentDisk *PhotonPersistentDiskVolumeSource
  portworxVolume *PortworxVolumeSource
  scaleIO *ScaleIOPersistentVolumeSource
  local *LocalVolumeSource
  storageos *StorageOSPersistentVolumeSource
  csi *CSIPersistentVolumeSource
  accessModes []PersistentVolumeAccessMode
  claimRef *ObjectReference
  persistentVolumeReclaimPolicy PersistentVolumeReclaimPolicy
  storageClassName string
  mountOptions []string
  volumeMode *PersistentVolumeMode
  nodeAffinity *VolumeNodeAffinity
  volumeAttributesClassName *string
PersistentVolumeStatus
  phase PersistentVolumePhase
  message string
  reason string
  lastPhaseTransitionTime *Time
PersistentVolume
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec PersistentVolumeSpec+
  status PersistentVolumeStatus!
TopologySelectorLabelRequirement
  key string!
  values []string!
TopologySelectorTerm
  matchLabelExpressions []TopologySelectorLabelRequirement
StorageClass
  kind string
  apiVersion string
  metadata ObjectMeta+
  provisioner string!
  parameters {}string
  reclaimPolicy *PersistentVolumeReclaimPolicy
  mountOptions []string
  allowVolumeExpansion *bool
  volumeBindingMode *VolumeBindingMode
  allowedTopologies []TopologySelectorTerm
VolumeNodeResources
  count *int32
CSINodeDriver
  name string!
  nodeID string!
  topologyKeys []string!
  allocatable *VolumeNodeResources
CSINodeSpec
  drivers []CSINodeDriver!
CSINode
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec CSINodeSpec+
TokenRequest
  audience string!
  expirationSeconds *int64
CSIDriverSpec
  attachRequired *bool
  podInfoOnMount *bool
  volumeLifecycleModes []VolumeLifecycleMode
  storageCapacity *bool
  fsGroupPolicy *FSGroupPolicy
  tokenRequests []TokenRequest
  requiresRepublish *bool
  seLinuxMount *bool
  nodeAllocatableUpdatePeriodSeconds *int64
  serviceAccountTokenInSecrets *bool
CSIDriver
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec CSIDriverSpec+
CSIStorageCapacity
  kind string
  apiVersion string
  metadata ObjectMeta+
  nodeTopology *LabelSelector
  storageClassName string!
  capacity *Quantity
  maximumVolumeSize *Quantity
VolumeAttachmentSource
  persistentVolumeName *string
  inlineVolumeSpec any
VolumeAttachmentSpec
  attacher string!
  source VolumeAttachmentSource+
  nodeName string!
VolumeAttachmentStatus
  attached bool!
  attachmentMetadata {}string
  attachError any
  detachError any
VolumeAttachment
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec VolumeAttachmentSpec+
  status VolumeAttachmentStatus!
`,
);
