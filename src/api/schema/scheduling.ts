/** What else a pod tells the scheduler: tolerations, spreading, gates and its group (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";

defineTypes(
  "v1",
  `
TaintEffect TolerationOperator UnsatisfiableConstraintAction NodeInclusionPolicy PreemptionPolicy = string
Toleration
  key string
  operator TolerationOperator
  value string
  effect TaintEffect
  tolerationSeconds *int64
TopologySpreadConstraint
  maxSkew int32!
  topologyKey string!
  whenUnsatisfiable UnsatisfiableConstraintAction!
  labelSelector *LabelSelector
  minDomains *int32
  nodeAffinityPolicy *NodeInclusionPolicy
  nodeTaintsPolicy *NodeInclusionPolicy
  matchLabelKeys []string
PodSchedulingGate
  name string!
PodSchedulingGroup
  podGroupName *string
`,
);
