/** Node selectors, and the affinity of pods to nodes and to other pods (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";

defineTypes(
  "v1",
  `
NodeSelectorOperator = string
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
`,
);
