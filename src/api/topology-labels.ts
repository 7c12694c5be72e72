/**
 * Labels that say where a node stands. Source:
 * https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone
 */
export const HOSTNAME_LABEL = "kubernetes.io/hostname";
export const ZONE_LABEL = "topology.kubernetes.io/zone";
export const REGION_LABEL = "topology.kubernetes.io/region";
/** What they were called before 1.17; volumes and node trees still know these. */
export const BETA_ZONE_LABEL = "failure-domain.beta.kubernetes.io/zone";
export const BETA_REGION_LABEL = "failure-domain.beta.kubernetes.io/region";
