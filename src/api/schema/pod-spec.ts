/** The specification of pods, and templates of it (v1). */
import { defineTypes } from "./descriptor.js";
import "./affinity.js";
import "./containers.js";
import "./meta.js";
import "./pod-status.js";
import "./resources.js";
import "./scheduling.js";
import "./security-context.js";
import "./volumes.js";

defineTypes(
  "v1",
  `
RestartPolicy DNSPolicy OSName = string
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
PodOS
  name OSName!
PodResourceClaim
  name string!
  resourceClaimName *string
  resourceClaimTemplateName *string
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
`,
);
