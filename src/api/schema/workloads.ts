/** Workload kinds: apps/v1, batch/v1, policy/v1. */
import { defineTypes } from "./descriptor.js";
import "./storage.js";

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
ReplicaSetCondition
  type string!
  status ConditionStatus!
  lastTransitionTime Time
  reason string
  message string
ReplicaSetStatus
  replicas int32!
  fullyLabeledReplicas int32
  readyReplicas int32
  availableReplicas int32
  terminatingReplicas *int32
  observedGeneration int64
  conditions []ReplicaSetCondition
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
DeploymentCondition
  type string!
  status ConditionStatus!
  lastUpdateTime Time
  lastTransitionTime Time
  reason string
  message string
DeploymentStatus
  observedGeneration int64
  replicas int32
  updatedReplicas int32
  readyReplicas int32
  availableReplicas int32
  unavailableReplicas int32
  terminatingReplicas *int32
  conditions []DeploymentCondition
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
DaemonSetCondition
  type string!
  status ConditionStatus!
  lastTransitionTime Time
  reason string
  message string
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
  conditions []DaemonSetCondition
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
StatefulSetCondition
  type string!
  status ConditionStatus!
  lastTransitionTime Time
  reason string
  message string
StatefulSetStatus
  observedGeneration int64
  replicas int32!
  readyReplicas int32
  currentReplicas int32
  updatedReplicas int32
  currentRevision string
  updateRevision string
  collisionCount *int32
  conditions []StatefulSetCondition
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
JobCondition
  type string!
  status ConditionStatus!
  lastProbeTime Time
  lastTransitionTime Time
  reason string
  message string
JobStatus
  conditions []JobCondition
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
`,
);
