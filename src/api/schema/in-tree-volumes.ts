/** Volumes of the storage plugins that are built into Kubernetes (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";

defineTypes(
  "v1",
  `
AzureDataDiskCachingMode AzureDataDiskKind = string
GCEPersistentDiskVolumeSource
  pdName string!
  fsType string
  partition int32
  readOnly bool
AWSElasticBlockStoreVolumeSource
  volumeID string!
  fsType string
  partition int32
  readOnly bool
NFSVolumeSource
  server string!
  path string!
  readOnly bool
ISCSIVolumeSource
  targetPortal string!
  iqn string!
  lun int32!
  iscsiInterface string
  fsType string
  readOnly bool
  portals []string
  chapAuthDiscovery bool
  chapAuthSession bool
  secretRef *LocalObjectReference
  initiatorName *string
RBDVolumeSource
  monitors []string!
  image string!
  fsType string
  pool string
  user string
  keyring string
  secretRef *LocalObjectReference
  readOnly bool
FCVolumeSource
  targetWWNs []string
  lun *int32
  fsType string
  readOnly bool
  wwids []string
AzureDiskVolumeSource
  diskName string!
  diskURI string!
  cachingMode *AzureDataDiskCachingMode
  fsType *string
  readOnly *bool
  kind *AzureDataDiskKind
GitRepoVolumeSource
  repository string!
  revision string
  directory string
GlusterfsVolumeSource
  endpoints string!
  path string!
  readOnly bool
FlexVolumeSource
  driver string!
  fsType string
  secretRef *LocalObjectReference
  readOnly bool
  options {}string
CinderVolumeSource
  volumeID string!
  fsType string
  readOnly bool
  secretRef *LocalObjectReference
CephFSVolumeSource
  monitors []string!
  path string
  user string
  secretFile string
  secretRef *LocalObjectReference
  readOnly bool
FlockerVolumeSource
  datasetName string
  datasetUUID string
AzureFileVolumeSource
  secretName string!
  shareName string!
  readOnly bool
VsphereVirtualDiskVolumeSource
  volumePath string!
  fsType string
  storagePolicyName string
  storagePolicyID string
QuobyteVolumeSource
  registry string!
  volume string!
  readOnly bool
  user string
  group string
  tenant string
PhotonPersistentDiskVolumeSource
  pdID string!
  fsType string
PortworxVolumeSource
  volumeID string!
  fsType string
  readOnly bool
ScaleIOVolumeSource
  gateway string!
  system string!
  secretRef *LocalObjectReference!
  sslEnabled bool
  protectionDomain string
  storagePool string
  storageMode string
  volumeName string!
  fsType string
  readOnly bool
StorageOSVolumeSource
  volumeName string
  volumeNamespace string
  fsType string
  readOnly bool
  secretRef *LocalObjectReference
`,
);
