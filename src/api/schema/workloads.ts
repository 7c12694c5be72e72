/** Workload kinds: apps/v1, batch/v1, autoscaling/v1 and v2, policy/v1. */
import { defineTypes } from "./descriptor.js";
import "./core.js";

defineTypes(
  "v1",
  `
DeploymentStrategyType DaemonSetUpdateStrategyType StatefulSetUpdateStrategyType PodManagementPolicyType = string
PersistentVolumeClaimRetentionPolicyType CompletionMode PodReplacementPolicy PodFailurePolicyAction PodFailurePolicyOnExitCodesOperator = string
ConcurrencyPolicy UnhealthyPodEvictionPolicyType = string
ReplicaSetSpec
  replicas *int32
  minReadySeconds int32
  selector *LabelSelector!
  template PodTemplateSpec+
ReplicaSetStatus
  replicas int32!
  fullyLabeledReplicas int32
  readyReplicas int32
  availableReplicas int32
  terminatingReplicas *int32
  observedGeneration int64
  conditions []Condition
ReplicaSet
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec ReplicaSetSpec+
  status ReplicaSetStatus!
RollingUpdateDeployment
  maxUnavailable *IntOrString
  maxSurge *IntOrString
DeploymentStrategy
  type DeploymentStrategyType
  rollingUpdate *RollingUpdateDeployment
DeploymentSpec
  replicas *int32
  selector *LabelSelector!
  template PodTemplateSpec+
  strategy DeploymentStrategy!
  minReadySeconds int32
  revisionHistoryLimit *int32
  paused bool
  progressDeadlineSeconds *int32
DeploymentStatus
  observedGeneration int64
  replicas int32
  updatedReplicas int32
  readyReplicas int32
  availableReplicas int32
  unavailableReplicas int32
  terminatingReplicas *int32
  conditions []Condition
  collisionCount *int32
Deployment
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec DeploymentSpec+
  status DeploymentStatus!
RollingUpdateDaemonSet
  maxUnavailable *IntOrString
  maxSurge *IntOrString
DaemonSetUpdateStrategy
  type DaemonSetUpdateStrategyType
  rollingUpdate *RollingUpdateDaemonSet
DaemonSetSpec
  selector *LabelSelector!
  template PodTemplateSpec+
  updateStrategy DaemonSetUpdateStrategy!
  minReadySeconds int32
  revisionHistoryLimit *int32
DaemonSetStatus
  currentNumberScheduled int32!
  numberMisscheduled int32!
  desiredNumberScheduled int32!
  numberReady int32!
  observedGeneration int64
  updatedNumberScheduled int32
  numberAvailable int32
  numberUnavailable int32
  collisionCount *int32
  conditions []Condition
DaemonSet
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec DaemonSetSpec+
  status DaemonSetStatus!
RollingUpdateStatefulSetStrategy
  partition *int32
  maxUnavailable *IntOrString
StatefulSetUpdateStrategy
  type StatefulSetUpdateStrategyType
  rollingUpdate *RollingUpdateStatefulSetStrategy
StatefulSetPersistentVolumeClaimRetentionPolicy
  whenDeleted PersistentVolumeClaimRetentionPolicyType
  whenScaled PersistentVolumeClaimRetentionPolicyType
StatefulSetOrdinals
  start int32!
StatefulSetSpec
  replicas *int32
  selector *LabelSelector!
  template PodTemplateSpec+
  volumeClaimTemplates []PersistentVolumeClaim
  serviceName string!
  podManagementPolicy PodManagementPolicyType
  updateStrategy StatefulSetUpdateStrategy!
  revisionHistoryLimit *int32
  minReadySeconds int32
  persistentVolumeClaimRetentionPolicy *StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals *StatefulSetOrdinals
StatefulSetStatus
  observedGeneration int64
  replicas int32!
  readyReplicas int32
  currentReplicas int32
  updatedReplicas int32
  currentRevision string
  updateRevision string
  collisionCount *int32
  conditions []Condition
  availableReplicas int32!
StatefulSet
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec StatefulSetSpec+
  status StatefulSetStatus!
ControllerRevision
  kind string
  apiVersion string
  metadata ObjectMeta+
  data any
  revision int64!
PodFailurePolicyOnExitCodesRequirement
  containerName *string
  operator PodFailurePolicyOnExitCodesOperator!
  values []int32!
PodFailurePolicyOnPodConditionsPattern
  type PodConditionType!
  status ConditionStatus
PodFailurePolicyRule
  action PodFailurePolicyAction!
  onExitCodes *PodFailurePolicyOnExitCodesRequirement
  onPodConditions []PodFailurePolicyOnPodConditionsPattern
PodFailurePolicy
  rules []PodFailurePolicyRule!
SuccessPolicyRule
  succeededIndexes *string
  succeededCount *int32
SuccessPolicy
  rules []SuccessPolicyRule!
JobSpec
  parallelism *int32
  completions *int32
  activeDeadlineSeconds *int64
  podFailurePolicy *PodFailurePolicy
  successPolicy *SuccessPolicy
  backoffLimit *int32
  backoffLimitPerIndex *int32
  maxFailedIndexes *int32
  selector *LabelSelector
  manualSelector *bool
  template PodTemplateSpec+
  ttlSecondsAfterFinished *int32
  completionMode *CompletionMode
  suspend *bool
  podReplacementPolicy *PodReplacementPolicy
  managedBy *string
UncountedTerminatedPods
  succeeded []string
  failed []string
JobStatus
  conditions []Condition
  startTime *Time
  completionTime *Time
  active int32
  succeeded int32
  failed int32
  terminating *int32
  completedIndexes string
  failedIndexes *string
  uncountedTerminatedPods *UncountedTerminatedPods
  ready *int32
Job
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec JobSpec+
  status JobStatus!
JobTemplateSpec
  metadata ObjectMeta!
  spec JobSpec+
CronJobSpec
  schedule string!
  timeZone *string
  startingDeadlineSeconds *int64
  concurrencyPolicy ConcurrencyPolicy
  suspend *bool
  jobTemplate JobTemplateSpec+
  successfulJobsHistoryLimit *int32
  failedJobsHistoryLimit *int32
CronJobStatus
  active []ObjectReference
  lastScheduleTime *Time
  lastSuccessfulTime *Time
CronJob
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec CronJobSpec+
  status CronJobStatus!
PodDisruptionBudgetSpec
  minAvailable *IntOrString
  selector *LabelSelector
  maxUnavailable *IntOrString
  unhealthyPodEvictionPolicy *UnhealthyPodEvictionPolicyType
PodDisruptionBudgetStatus
  observedGeneration int64
  disruptedPods {}Time
  disruptionsAllowed int32!
  currentHealthy int32!
  desiredHealthy int32!
  expectedPods int32!
  conditions []Condition
PodDisruptionBudget
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec PodDisruptionBudgetSpec+
  status PodDisruptionBudgetStatus!
HorizontalPodAutoscalerV1Spec
  scaleTargetRef CrossVersionObjectReference+
  minReplicas *int32
  maxReplicas int32!
  targetCPUUtilizationPercentage *int32
HorizontalPodAutoscalerV1Status
  observedGeneration *int64
  lastScaleTime *Time
  currentReplicas int32!
  desiredReplicas int32!
  currentCPUUtilizationPercentage *int32
HorizontalPodAutoscalerV1
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec HorizontalPodAutoscalerV1Spec+
  status HorizontalPodAutoscalerV1Status!
ScaleSpec
  replicas int32
ScaleStatus
  replicas int32!
  selector string
Scale
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec ScaleSpec
  status ScaleStatus
`,
);

defineTypes(
  "v2",
  `
MetricSourceType MetricTargetType ScalingPolicySelect HPAScalingPolicyType = string
CrossVersionObjectReference
  kind string!
  name string!
  apiVersion string
MetricTarget
  type MetricTargetType!
  value *Quantity
  averageValue *Quantity
  averageUtilization *int32
MetricIdentifier
  name string!
  selector *LabelSelector
ObjectMetricSource
  describedObject CrossVersionObjectReference+
  target MetricTarget+
  metric MetricIdentifier+
PodsMetricSource
  metric MetricIdentifier+
  target MetricTarget+
ResourceMetricSource
  name ResourceName!
  target MetricTarget+
ContainerResourceMetricSource
  name ResourceName!
  target MetricTarget+
  container string!
ExternalMetricSource
  metric MetricIdentifier+
  target MetricTarget+
MetricSpec
  type MetricSourceType!
  object *ObjectMetricSource
  pods *PodsMetricSource
  resource *ResourceMetricSource
  containerResource *ContainerResourceMetricSource
  external *ExternalMetricSource
HPAScalingPolicy
  type HPAScalingPolicyType!
  value int32!
  periodSeconds int32!
HPAScalingRules
  stabilizationWindowSeconds *int32
  selectPolicy *ScalingPolicySelect
  policies []HPAScalingPolicy
  tolerance *Quantity
HorizontalPodAutoscalerBehavior
  scaleUp *HPAScalingRules
  scaleDown *HPAScalingRules
HorizontalPodAutoscalerSpec
  scaleTargetRef CrossVersionObjectReference+
  minReplicas *int32
  maxReplicas int32!
  metrics []MetricSpec
  behavior *HorizontalPodAutoscalerBehavior
HorizontalPodAutoscalerStatus
  observedGeneration *int64
  lastScaleTime *Time
  currentReplicas int32
  desiredReplicas int32!
  currentMetrics []any!
  conditions []Condition
HorizontalPodAutoscaler
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec HorizontalPodAutoscalerSpec+
  status HorizontalPodAutoscalerStatus
`,
);
