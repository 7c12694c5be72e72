/** The status of pods and their containers (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";
import "./probes.js";
import "./resources.js";

defineTypes(
  "v1",
  `
PodConditionType PodPhase PodQOSClass = string
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
