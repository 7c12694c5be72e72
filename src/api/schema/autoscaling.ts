/** Autoscaling kinds: autoscaling/v1 and v2. */
import { defineTypes } from "./descriptor.js";
import "./meta.js";
import "./resources.js";

defineTypes(
  "v1",
  `
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
  spec ScaleSpec!
  status ScaleStatus!
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
HorizontalPodAutoscalerCondition
  type string!
  status ConditionStatus!
  lastTransitionTime Time
  reason string
  message string
HorizontalPodAutoscalerStatus
  observedGeneration *int64
  lastScaleTime *Time
  currentReplicas int32
  desiredReplicas int32!
  currentMetrics []any!
  conditions []HorizontalPodAutoscalerCondition
HorizontalPodAutoscaler
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec HorizontalPodAutoscalerSpec+
  status HorizontalPodAutoscalerStatus!
`,
);
