/** Security contexts of pods and containers (v1). */
import { defineTypes } from "./descriptor.js";

defineTypes(
  "v1",
  `
SupplementalGroupsPolicy PodFSGroupChangePolicy PodSELinuxChangePolicy = string
SeccompProfileType AppArmorProfileType Capability ProcMountType = string
Capabilities
  add []Capability
  drop []Capability
SELinuxOptions
  user string
  role string
  type string
  level string
WindowsSecurityContextOptions
  gmsaCredentialSpecName *string
  gmsaCredentialSpec *string
  runAsUserName *string
  hostProcess *bool
SeccompProfile
  type SeccompProfileType!
  localhostProfile *string
AppArmorProfile
  type AppArmorProfileType!
  localhostProfile *string
SecurityContext
  capabilities *Capabilities
  privileged *bool
  seLinuxOptions *SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions
  runAsUser *int64
  runAsGroup *int64
  runAsNonRoot *bool
  readOnlyRootFilesystem *bool
  allowPrivilegeEscalation *bool
  procMount *ProcMountType
  seccompProfile *SeccompProfile
  appArmorProfile *AppArmorProfile
Sysctl
  name string!
  value string!
PodSecurityContext
  seLinuxOptions *SELinuxOptions
  windowsOptions *WindowsSecurityContextOptions
  runAsUser *int64
  runAsGroup *int64
  runAsNonRoot *bool
  supplementalGroups []int64
  supplementalGroupsPolicy *SupplementalGroupsPolicy
  fsGroup *int64
  sysctls []Sysctl
  fsGroupChangePolicy *PodFSGroupChangePolicy
  seccompProfile *SeccompProfile
  appArmorProfile *AppArmorProfile
  seLinuxChangePolicy *PodSELinuxChangePolicy
`,
);
