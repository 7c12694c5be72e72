/** Metadata common to all kinds (apimachinery's meta/v1). */
import { defineTypes } from "./descriptor.js";

defineTypes("types", "UID = string");

defineTypes(
  "v1",
  `
LabelSelectorOperator ConditionStatus ManagedFieldsOperationType = string
FieldsV1 = any
OwnerReference
  apiVersion string!
  kind string!
  name string!
  uid UID!
  controller *bool
  blockOwnerDeletion *bool
ManagedFieldsEntry
  manager string
  operation ManagedFieldsOperationType
  apiVersion string
  time *Time
  fieldsType string
  fieldsV1 *FieldsV1
  subresource string
ObjectMeta
  name string
  generateName string
  namespace string
  selfLink string
  uid UID
  resourceVersion string
  generation int64
  creationTimestamp Time
  deletionTimestamp *Time
  deletionGracePeriodSeconds *int64
  labels {}string
  annotations {}string
  ownerReferences []OwnerReference
  finalizers []string
  managedFields []ManagedFieldsEntry
LabelSelectorRequirement
  key string!
  operator LabelSelectorOperator!
  values []string
LabelSelector
  matchLabels {}string
  matchExpressions []LabelSelectorRequirement
Condition
  type string!
  status ConditionStatus!
  observedGeneration int64
  lastTransitionTime Time
  reason string!
  message string!
ObjectReference
  kind string
  namespace string
  name string
  uid UID
  apiVersion string
  resourceVersion string
  fieldPath string
LocalObjectReference
  name string
TypedLocalObjectReference
  apiGroup *string!
  kind string!
  name string!
TypedObjectReference
  apiGroup *string!
  kind string!
  name string!
  namespace *string
`,
);
