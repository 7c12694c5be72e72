/** Core kinds other than pods and storage (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";
import "./pod.js";

defineTypes(
  "v1",
  `
ServiceType ServiceAffinity IPFamily IPFamilyPolicy ServiceExternalTrafficPolicy ServiceInternalTrafficPolicy LoadBalancerIPMode = string
FinalizerName NamespacePhase NodePhase NodeAddressType = string
ResourceQuotaScope ScopeSelectorOperator LimitType SecretType UniqueVolumeName = string
NodeConfigSource
  configMap any
NodeSpec
  podCIDR string
  podCIDRs []string
  providerID string
  unschedulable bool
  taints []Taint
  configSource *NodeConfigSource
  externalID string
Taint
  key string!
  value string
  effect TaintEffect!
  timeAdded *Time
NodeAddress
  type NodeAddressType!
  address string!
DaemonEndpoint
  Port int32!
NodeDaemonEndpoints
  kubeletEndpoint DaemonEndpoint!
NodeSystemInfo
  machineID string!
  systemUUID string!
  bootID string!
  kernelVersion string!
  osImage string!
  containerRuntimeVersion string!
  kubeletVersion string!
  kubeProxyVersion string!
  operatingSystem string!
  architecture string!
  swap any
ContainerImage
  names []string
  sizeBytes int64
NodeCondition
  type string!
  status ConditionStatus!
  lastHeartbeatTime Time
  lastTransitionTime Time
  reason string
  message string
AttachedVolume
  name UniqueVolumeName!
  devicePath string!
NodeStatus
  capacity {}Quantity
  allocatable {}Quantity
  phase NodePhase
  conditions []NodeCondition
  addresses []NodeAddress
  daemonEndpoints NodeDaemonEndpoints!
  nodeInfo NodeSystemInfo!
  images []ContainerImage
  volumesInUse []UniqueVolumeName
  volumesAttached []AttachedVolume
  config any
  runtimeHandlers any
  features any
  declaredFeatures []string
Node
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec NodeSpec+
  status NodeStatus!
ReplicationControllerSpec
  replicas *int32
  minReadySeconds int32
  selector {}string
  template *PodTemplateSpec
ReplicationControllerCondition
  type string!
  status ConditionStatus!
  lastTransitionTime Time
  reason string
  message string
ReplicationControllerStatus
  replicas int32!
  fullyLabeledReplicas int32
  readyReplicas int32
  availableReplicas int32
  observedGeneration int64
  conditions []ReplicationControllerCondition
ReplicationController
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec ReplicationControllerSpec+
  status ReplicationControllerStatus!
ServicePort
  name string
  protocol Protocol
  appProtocol *string
  port int32!
  targetPort IntOrString
  nodePort int32
ClientIPConfig
  timeoutSeconds *int32
SessionAffinityConfig
  clientIP *ClientIPConfig
ServiceSpec
  ports []ServicePort
  selector {}string
  clusterIP string
  clusterIPs []string
  type ServiceType
  externalIPs []string
  sessionAffinity ServiceAffinity
  loadBalancerIP string
  loadBalancerSourceRanges []string
  externalName string
  externalTrafficPolicy ServiceExternalTrafficPolicy
  healthCheckNodePort int32
  publishNotReadyAddresses bool
  sessionAffinityConfig *SessionAffinityConfig
  ipFamilies []IPFamily
  ipFamilyPolicy *IPFamilyPolicy
  allocateLoadBalancerNodePorts *bool
  loadBalancerClass *string
  internalTrafficPolicy *ServiceInternalTrafficPolicy
  trafficDistribution *string
PortStatus
  port int32!
  protocol Protocol!
  error *string
LoadBalancerIngress
  ip string
  hostname string
  ipMode *LoadBalancerIPMode
  ports []PortStatus
LoadBalancerStatus
  ingress []LoadBalancerIngress
ServiceStatus
  loadBalancer LoadBalancerStatus!
  conditions []Condition
Service
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec ServiceSpec+
  status ServiceStatus!
NamespaceSpec
  finalizers []FinalizerName
NamespaceCondition
  type string!
  status ConditionStatus!
  lastTransitionTime Time
  reason string
  message string
NamespaceStatus
  phase NamespacePhase
  conditions []NamespaceCondition
Namespace
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec NamespaceSpec+
  status NamespaceStatus!
ConfigMap
  kind string
  apiVersion string
  metadata ObjectMeta+
  immutable *bool
  data {}string
  binaryData {}bytes
Secret
  kind string
  apiVersion string
  metadata ObjectMeta+
  immutable *bool
  data {}bytes
  stringData {}string
  type SecretType
ServiceAccount
  kind string
  apiVersion string
  metadata ObjectMeta+
  secrets []ObjectReference
  imagePullSecrets []LocalObjectReference
  automountServiceAccountToken *bool
ScopedResourceSelectorRequirement
  scopeName ResourceQuotaScope!
  operator ScopeSelectorOperator!
  values []string
ScopeSelector
  matchExpressions []ScopedResourceSelectorRequirement
ResourceQuotaSpec
  hard {}Quantity
  scopes []ResourceQuotaScope
  scopeSelector *ScopeSelector
ResourceQuotaStatus
  hard {}Quantity
  used {}Quantity
ResourceQuota
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec ResourceQuotaSpec+
  status ResourceQuotaStatus!
LimitRangeItem
  type LimitType!
  max {}Quantity
  min {}Quantity
  default {}Quantity
  defaultRequest {}Quantity
  maxLimitRequestRatio {}Quantity
LimitRangeSpec
  limits []LimitRangeItem!
LimitRange
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec LimitRangeSpec+
EventSource
  component string
  host string
EventSeries
  count int32
  lastObservedTime MicroTime
Event
  kind string
  apiVersion string
  metadata ObjectMeta+
  involvedObject ObjectReference+
  reason string
  message string
  source EventSource+
  firstTimestamp Time
  lastTimestamp Time
  count int32
  type string
  eventTime MicroTime
  series *EventSeries
  action string
  related *ObjectReference
  reportingComponent string!
  reportingInstance string!
`,
);
