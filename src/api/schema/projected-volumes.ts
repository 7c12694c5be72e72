/** Volumes made of config maps, secrets, the downward API and tokens (v1). */
import { defineTypes } from "./descriptor.js";
import "./environment.js";
import "./meta.js";

defineTypes(
  "v1",
  `
KeyToPath
  key string!
  path string!
  mode *int32
SecretVolumeSource
  secretName string
  items []KeyToPath
  defaultMode *int32
  optional *bool
ConfigMapVolumeSource
  ... LocalObjectReference
  items []KeyToPath
  defaultMode *int32
  optional *bool
DownwardAPIVolumeFile
  path string!
  fieldRef *ObjectFieldSelector
  resourceFieldRef *ResourceFieldSelector
  mode *int32
DownwardAPIVolumeSource
  items []DownwardAPIVolumeFile
  defaultMode *int32
ServiceAccountTokenProjection
  audience string
  expirationSeconds *int64
  path string!
SecretProjection
  ... LocalObjectReference
  items []KeyToPath
  optional *bool
ConfigMapProjection
  ... LocalObjectReference
  items []KeyToPath
  optional *bool
DownwardAPIProjection
  items []DownwardAPIVolumeFile
ClusterTrustBundleProjection
  name *string
  signerName *string
  labelSelector *LabelSelector
  optional *bool
  path string!
PodCertificateProjection
  signerName string
  keyType string
  maxExpirationSeconds *int32
  credentialBundlePath string
  keyPath string
  certificateChainPath string
  userAnnotations {}string
VolumeProjection
  secret *SecretProjection
  downwardAPI *DownwardAPIProjection
  configMap *ConfigMapProjection
  serviceAccountToken *ServiceAccountTokenProjection
  clusterTrustBundle *ClusterTrustBundleProjection
  podCertificate *PodCertificateProjection
ProjectedVolumeSource
  sources []VolumeProjection!
  defaultMode *int32
`,
);
