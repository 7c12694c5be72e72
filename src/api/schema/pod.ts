/** Pods and their templates (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";

defineTypes(
  "v1",
  `
PullPolicy ContainerRestartPolicy ContainerRestartRuleAction RestartPolicy DNSPolicy PreemptionPolicy Protocol URIScheme Signal = string
TerminationMessagePolicy ResourceName ResourceResizeRestartPolicy MountPropagationMode RecursiveReadOnlyMode StorageMedium HostPathType = string
TaintEffect TolerationOperator NodeSelectorOperator UnsatisfiableConstraintAction NodeInclusionPolicy OSName PodFSGroupChangePolicy = string
SupplementalGroupsPolicy PodSELinuxChangePolicy SeccompProfileType AppArmorProfileType Capability ProcMountType PodConditionType = string
PersistentVolumeAccessMode PersistentVolumeMode AzureDataDiskCachingMode AzureDataDiskKind PodPhase PodQOSClass ResourceClaimName = string
ContainerRestartRuleOnExitCodesOperator = string
ResourceList = {}Quantity
HTTPHeader
  name string!
  value string!
ExecAction
  command []string
HTTPGetAction
  path string
  port IntOrString!
  host string
  scheme URIScheme
  httpHeaders []HTTPHeader
TCPSocketAction
  port IntOrString!
  host string
GRPCAction
  port int32!
  service *string!
SleepAction
  seconds int64!
ProbeHandler
  exec *ExecAction
  httpGet *HTTPGetAction
  tcpSocket *TCPSocketAction
  grpc *GRPCAction
Probe
  ... ProbeHandler
  initialDelaySeconds int32
  timeoutSeconds int32
  periodSeconds int32
  successThreshold int32
  failureThreshold int32
  terminationGracePeriodSeconds *int64
LifecycleHandler
  exec *ExecAction
  httpGet *HTTPGetAction
  tcpSocket *TCPSocketAction
  sleep *SleepAction
Lifecycle
  postStart *LifecycleHandler
  preStop *LifecycleHandler
  stopSignal *Signal
ContainerPort
  name string
  hostPort int32
  containerPort int32!
  protocol Protocol
  hostIP string
ConfigMapEnvSource
  ... LocalObjectReference
  optional *bool
SecretEnvSource
  ... LocalObjectReference
  optional *bool
EnvFromSource
  prefix string
  configMapRef *ConfigMapEnvSource
  secretRef *SecretEnvSource
ObjectFieldSelector
  apiVersion string
  fieldPath string!
ResourceFieldSelector
  containerName string
  resource string!
  divisor Quantity!
ConfigMapKeySelector
  ... LocalObjectReference
  key string!
  optional *bool
SecretKeySelector
  ... LocalObjectReference
  key string!
  optional *bool
FileKeySelector
  volumeName string!
  path string!
  key string!
  optional *bool
EnvVarSource
  fieldRef *ObjectFieldSelector
  resourceFieldRef *ResourceFieldSelector
  configMapKeyRef *ConfigMapKeySelector
  secretKeyRef *SecretKeySelector
  fileKeyRef *FileKeySelector
EnvVar
  name string!
  value string
  valueFrom *EnvVarSource
ResourceClaim
  name string!
  request string
ResourceRequirements
  limits ResourceList
  requests ResourceList
  claims []ResourceClaim
ContainerResizePolicy
  resourceName ResourceName!
  restartPolicy ResourceResizeRestartPolicy!
ContainerRestartRuleOnExitCodes
  operator ContainerRestartRuleOnExitCodesOperator!
  values []int32
ContainerRestartRule
  action ContainerRestartRuleAction!
  exitCodes *ContainerRestartRuleOnExitCodes
VolumeMount
  name string!
  readOnly bool
  recursiveReadOnly *RecursiveReadOnlyMode
  mountPath string!
  subPath string
  mountPropagation *MountPropagationMode
  subPathExpr string
VolumeDevice
  name string!
  devicePath string!
Capabilities
  add []Capability
  drop []Capability
SELinuxOptions
  user string
  role string
  type string
  level string
WindowsSecurityContextOptions
  gmsaCredentialSpecName *string
  gmsaCredentialSpec *string
  runAsUserName *string
  hostProcess *bool
SeccompProfile
  type SeccompProfileType!
  localhostProfile *string
AppArmorProfile
  type AppArmorProfileType!
  localhostProfile *string
SecurityContext
  capabilities *Capabilities
  privileged *bool
  seLinuxOptions *SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions
  runAsUser *int64
  runAsGroup *int64
  runAsNonRoot *bool
  readOnlyRootFilesystem *bool
  allowPrivilegeEscalation *bool
  procMount *ProcMountType
  seccompProfile *SeccompProfile
  appArmorProfile *AppArmorProfile
Container
  name string!
  image string
  command []string
  args []string
  workingDir string
  ports []ContainerPort
  envFrom []EnvFromSource
  env []EnvVar
  resources ResourceRequirements!
  resizePolicy []ContainerResizePolicy
  restartPolicy *ContainerRestartPolicy
  restartPolicyRules []ContainerRestartRule
  volumeMounts []VolumeMount
  volumeDevices []VolumeDevice
  livenessProbe *Probe
  readinessProbe *Probe
  startupProbe *Probe
  lifecycle *Lifecycle
  terminationMessagePath string
  terminationMessagePolicy TerminationMessagePolicy
  imagePullPolicy PullPolicy
  securityContext *SecurityContext
  stdin bool
  stdinOnce bool
  tty bool
EphemeralContainerCommon
  name string!
  image string
  command []string
  args []string
  workingDir string
  ports []ContainerPort
  envFrom []EnvFromSource
  env []EnvVar
  resources ResourceRequirements!
  resizePolicy []ContainerResizePolicy
  restartPolicy *ContainerRestartPolicy
  restartPolicyRules []ContainerRestartRule
  volumeMounts []VolumeMount
  volumeDevices []VolumeDevice
  livenessProbe *Probe
  readinessProbe *Probe
  startupProbe *Probe
  lifecycle *Lifecycle
  terminationMessagePath string
  terminationMessagePolicy TerminationMessagePolicy
  imagePullPolicy PullPolicy
  securityContext *SecurityContext
  stdin bool
  stdinOnce bool
  tty bool
EphemeralContainer
  ... EphemeralContainerCommon
  targetContainerName string
KeyToPath
  key string!
  path string!
  mode *int32
HostPathVolumeSource
  path string!
  type *HostPathType
EmptyDirVolumeSource
  medium StorageMedium
  sizeLimit *Quantity
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
SecretVolumeSource
  secretName string
  items []KeyToPath
  defaultMode *int32
  optional *bool
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
PersistentVolumeClaimVolumeSource
  claimName string!
  readOnly bool
DownwardAPIVolumeFile
  path string!
  fieldRef *ObjectFieldSelector
  resourceFieldRef *ResourceFieldSelector
  mode *int32
DownwardAPIVolumeSource
  items []DownwardAPIVolumeFile
  defaultMode *int32
FCVolumeSource
  targetWWNs []string
  lun *int32
  fsType string
  readOnly bool
  wwids []string
ConfigMapVolumeSource
  ... LocalObjectReference
  items []KeyToPath
  defaultMode *int32
  optional *bool
AzureDiskVolumeSource
  diskName string!
  diskURI string!
  cachingMode *AzureDataDiskCachingMode
  fsType *string
  readOnly *bool
  kind *AzureDataDiskKind
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
CSIVolumeSource
  driver string!
  readOnly *bool
  fsType *string
  volumeAttributes {}string
  nodePublishSecretRef *LocalObjectReference
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
PersistentVolumeClaimTemplate
  metadata ObjectMeta!
  spec PersistentVolumeClaimSpec+
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
NodeSelectorRequirement
  key string!
  operator NodeSelectorOperator!
  values []string
NodeSelectorTerm
  matchExpressions []NodeSelectorRequirement
  matchFields []NodeSelectorRequirement
NodeSelector
  nodeSelectorTerms []NodeSelectorTerm!
PreferredSchedulingTerm
  weight int32!
  preference NodeSelectorTerm+
NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution *NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm
PodAffinityTerm
  labelSelector *LabelSelector
  namespaces []string
  topologyKey string!
  namespaceSelector *LabelSelector
  matchLabelKeys []string
  mismatchLabelKeys []string
WeightedPodAffinityTerm
  weight int32!
  podAffinityTerm PodAffinityTerm+
PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
Affinity
  nodeAffinity *NodeAffinity
  podAffinity *PodAffinity
  podAntiAffinity *PodAntiAffinity
Toleration
  key string
  operator TolerationOperator
  value string
  effect TaintEffect
  tolerationSeconds *int64
HostAlias
  ip string!
  hostnames []string
PodDNSConfigOption
  name string
  value *string
PodDNSConfig
  nameservers []string
  searches []string
  options []PodDNSConfigOption
PodReadinessGate
  conditionType PodConditionType!
TopologySpreadConstraint
  maxSkew int32!
  topologyKey string!
  whenUnsatisfiable UnsatisfiableConstraintAction!
  labelSelector *LabelSelector
  minDomains *int32
  nodeAffinityPolicy *NodeInclusionPolicy
  nodeTaintsPolicy *NodeInclusionPolicy
  matchLabelKeys []string
PodOS
  name OSName!
PodSchedulingGate
  name string!
PodResourceClaim
  name string!
  resourceClaimName *string
  resourceClaimTemplateName *string
PodSchedulingGroup
  podGroupName *string
Sysctl
  name string!
  value string!
PodSecurityContext
  seLinuxOptions *SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions
  runAsUser *int64
  runAsGroup *int64
  runAsNonRoot *bool
  supplementalGroups []int64
  supplementalGroupsPolicy *SupplementalGroupsPolicy
  fsGroup *int64
  sysctls []Sysctl
  fsGroupChangePolicy *PodFSGroupChangePolicy
  seccompProfile *SeccompProfile
  appArmorProfile *AppArmorProfile
  seLinuxChangePolicy *PodSELinuxChangePolicy
PodSpec
  volumes []Volume
  initContainers []Container
  containers []Container!
  ephemeralContainers []EphemeralContainer
  restartPolicy RestartPolicy
  terminationGracePeriodSeconds *int64
  activeDeadlineSeconds *int64
  dnsPolicy DNSPolicy
  nodeSelector {}string
  serviceAccountName string
  serviceAccount string
  automountServiceAccountToken *bool
  nodeName string
  hostNetwork bool
  hostPID bool
  hostIPC bool
  shareProcessNamespace *bool
  securityContext *PodSecurityContext
  imagePullSecrets []LocalObjectReference
  hostname string
  subdomain string
  affinity *Affinity
  schedulerName string
  tolerations []Toleration
  hostAliases []HostAlias
  priorityClassName string
  priority *int32
  dnsConfig *PodDNSConfig
  readinessGates []PodReadinessGate
  runtimeClassName *string
  enableServiceLinks *bool
  preemptionPolicy *PreemptionPolicy
  overhead ResourceList
  topologySpreadConstraints []TopologySpreadConstraint
  setHostnameAsFQDN *bool
  os *PodOS
  hostUsers *bool
  schedulingGates []PodSchedulingGate
  resourceClaims []PodResourceClaim
  resources *ResourceRequirements
  hostnameOverride *string
  schedulingGroup *PodSchedulingGroup
PodTemplateSpec
  metadata ObjectMeta!
  spec PodSpec+
PodCondition
  type PodConditionType!
  observedGeneration int64
  status ConditionStatus!
  lastProbeTime Time
  lastTransitionTime Time
  reason string
  message string
HostIP
  ip string!
PodIP
  ip string!
ContainerStateWaiting
  reason string
  message string
ContainerStateRunning
  startedAt Time
ContainerStateTerminated
  exitCode int32!
  signal int32
  reason string
  message string
  startedAt Time
  finishedAt Time
  containerID string
ContainerState
  waiting *ContainerStateWaiting
  running *ContainerStateRunning
  terminated *ContainerStateTerminated
ContainerStatus
  name string!
  state ContainerState!
  lastState ContainerState!
  ready bool!
  restartCount int32!
  image string!
  imageID string!
  containerID string
  started *bool
  allocatedResources {}Quantity
  resources *ResourceRequirements
  volumeMounts any
  user any
  allocatedResourcesStatus any
  stopSignal *Signal
PodStatus
  observedGeneration int64
  phase PodPhase
  conditions []PodCondition
  message string
  reason string
  nominatedNodeName string
  hostIP string
  hostIPs []HostIP
  podIP string
  podIPs []PodIP
  startTime *Time
  initContainerStatuses []ContainerStatus
  containerStatuses []ContainerStatus
  qosClass PodQOSClass
  ephemeralContainerStatuses []ContainerStatus
  resize string
  resourceClaimStatuses any
  extendedResourceClaimStatus any
  allocatedResources {}Quantity
  resources *ResourceRequirements
`,
);
