/** Volumes of pods (v1). */
import { defineTypes } from "./descriptor.js";
import "./containers.js";
import "./in-tree-volumes.js";
import "./projected-volumes.js";
import "./volume-claims.js";

defineTypes(
  "v1",
  `
StorageMedium HostPathType = string
HostPathVolumeSource
  path string!
  type *HostPathType
EmptyDirVolumeSource
  medium StorageMedium
  sizeLimit *Quantity
PersistentVolumeClaimVolumeSource
  claimName string!
  readOnly bool
CSIVolumeSource
  driver string!
  readOnly *bool
  fsType *string
  volumeAttributes {}string
  nodePublishSecretRef *LocalObjectReference
EphemeralVolumeSource
  volumeClaimTemplate *PersistentVolumeClaimTemplate
ImageVolumeSource
  reference string
  pullPolicy PullPolicy
VolumeSource
  hostPath *HostPathVolumeSource
  emptyDir *EmptyDirVolumeSource
  gcePersistentDisk *GCEPersistentDiskVolumeSource
  awsElasticBlockStore *AWSElasticBlockStoreVolumeSource
  gitRepo *GitRepoVolumeSource
  secret *SecretVolumeSource
  nfs *NFSVolumeSource
  iscsi *ISCSIVolumeSource
  glusterfs *GlusterfsVolumeSource
  persistentVolumeClaim *PersistentVolumeClaimVolumeSource
  rbd *RBDVolumeSource
  flexVolume *FlexVolumeSource
  cinder *CinderVolumeSource
  cephfs *CephFSVolumeSource
  flocker *FlockerVolumeSource
  downwardAPI *DownwardAPIVolumeSource
  fc *FCVolumeSource
  azureFile *AzureFileVolumeSource
  configMap *ConfigMapVolumeSource
  vsphereVolume *VsphereVirtualDiskVolumeSource
  quobyte *QuobyteVolumeSource
  azureDisk *AzureDiskVolumeSource
  photonPersistentDisk *PhotonPersistentDiskVolumeSource
  projected *ProjectedVolumeSource
  portworxVolume *PortworxVolumeSource
  scaleIO *ScaleIOVolumeSource
  storageos *StorageOSVolumeSource
  csi *CSIVolumeSource
  ephemeral *EphemeralVolumeSource
  image *ImageVolumeSource
Volume
  name string!
  ... VolumeSource
`,
);
