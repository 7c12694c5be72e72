/** Network, permission, scheduling and coordination kinds outside the core group. */
import { defineTypes } from "./descriptor.js";
import "./core.js";

defineTypes(
  "v1",
  `
AddressType PathType PolicyType = string
LeaseSpec
  holderIdentity *string
  leaseDurationSeconds *int32
  acquireTime *MicroTime
  renewTime *MicroTime
  leaseTransitions *int32
  strategy *string
  preferredHolder *string
Lease
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec LeaseSpec+
EndpointConditions
  ready *bool
  serving *bool
  terminating *bool
ForZone
  name string!
ForNode
  name string!
EndpointHints
  forZones []ForZone
  forNodes []ForNode
Endpoint
  addresses []string!
  conditions EndpointConditions!
  hostname *string
  targetRef *ObjectReference
  deprecatedTopology {}string
  nodeName *string
  zone *string
  hints *EndpointHints
EndpointPort
  name *string
  protocol *Protocol
  port *int32
  appProtocol *string
EndpointSlice
  kind string
  apiVersion string
  metadata ObjectMeta+
  addressType AddressType!
  endpoints []Endpoint!
  ports []EndpointPort!
EndpointAddress
  ip string!
  hostname string
  nodeName *string
  targetRef *ObjectReference
EndpointsPort
  name string
  port int32!
  protocol Protocol
  appProtocol *string
EndpointSubset
  addresses []EndpointAddress
  notReadyAddresses []EndpointAddress
  ports []EndpointsPort
Endpoints
  kind string
  apiVersion string
  metadata ObjectMeta+
  subsets []EndpointSubset
ServiceBackendPort
  name string
  number int32
IngressServiceBackend
  name string!
  port ServiceBackendPort!
IngressBackend
  service *IngressServiceBackend
  resource *TypedLocalObjectReference
HTTPIngressPath
  path string
  pathType *PathType!
  backend IngressBackend+
HTTPIngressRuleValue
  paths []HTTPIngressPath!
IngressRule
  host string
  http *HTTPIngressRuleValue
IngressTLS
  hosts []string
  secretName string
IngressSpec
  ingressClassName *string
  defaultBackend *IngressBackend
  tls []IngressTLS
  rules []IngressRule
IngressLoadBalancerStatus
  ingress []LoadBalancerIngress
IngressStatus
  loadBalancer IngressLoadBalancerStatus!
Ingress
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec IngressSpec+
  status IngressStatus!
IngressClassParametersReference
  apiGroup *string
  kind string!
  name string!
  scope *string
  namespace *string
IngressClassSpec
  controller string
  parameters *IngressClassParametersReference
IngressClass
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec IngressClassSpec+
NetworkPolicyPort
  protocol *Protocol
  port *IntOrString
  endPort *int32
IPBlock
  cidr string!
  except []string
NetworkPolicyPeer
  podSelector *LabelSelector
  namespaceSelector *LabelSelector
  ipBlock *IPBlock
NetworkPolicyIngressRule
  ports []NetworkPolicyPort
  from []NetworkPolicyPeer
NetworkPolicyEgressRule
  ports []NetworkPolicyPort
  to []NetworkPolicyPeer
NetworkPolicySpec
  podSelector LabelSelector+
  ingress []NetworkPolicyIngressRule
  egress []NetworkPolicyEgressRule
  policyTypes []PolicyType
NetworkPolicy
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec NetworkPolicySpec+
PolicyRule
  verbs []string!
  apiGroups []string
  resources []string
  resourceNames []string
  nonResourceURLs []string
AggregationRule
  clusterRoleSelectors []LabelSelector
Role
  kind string
  apiVersion string
  metadata ObjectMeta+
  rules []PolicyRule!
ClusterRole
  kind string
  apiVersion string
  metadata ObjectMeta+
  rules []PolicyRule!
  aggregationRule *AggregationRule
Subject
  kind string!
  apiGroup string
  name string!
  namespace string
RoleRef
  apiGroup string!
  kind string!
  name string!
RoleBinding
  kind string
  apiVersion string
  metadata ObjectMeta+
  subjects []Subject
  roleRef RoleRef+
ClusterRoleBinding
  kind string
  apiVersion string
  metadata ObjectMeta+
  subjects []Subject
  roleRef RoleRef+
PriorityClass
  kind string
  apiVersion string
  metadata ObjectMeta+
  value int32!
  globalDefault bool
  description string
  preemptionPolicy *PreemptionPolicy
Overhead
  podFixed {}Quantity
Scheduling
  nodeSelector {}string
  tolerations []Toleration
RuntimeClass
  kind string
  apiVersion string
  metadata ObjectMeta+
  handler string!
  overhead *Overhead
  scheduling *Scheduling
`,
);
