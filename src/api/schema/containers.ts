/** Containers, among them ephemeral ones (v1). */
import { defineTypes } from "./descriptor.js";
import "./environment.js";
import "./probes.js";
import "./resources.js";
import "./security-context.js";

/** Go writes these out in both types: a container embeds none, so its fields stand here for both. */
const CONTAINER_FIELDS = `
  name string!
  image string
  command []string
  args []string
  workingDir string
  ports []ContainerPort
  envFrom []EnvFromSource
  env []EnvVar
  resources ResourceRequirements!
  resizePolicy []ContainerResizePolicy
  restartPolicy *ContainerRestartPolicy
  restartPolicyRules []ContainerRestartRule
  volumeMounts []VolumeMount
  volumeDevices []VolumeDevice
  livenessProbe *Probe
  readinessProbe *Probe
  startupProbe *Probe
  lifecycle *Lifecycle
  terminationMessagePath string
  terminationMessagePolicy TerminationMessagePolicy
  imagePullPolicy PullPolicy
  securityContext *SecurityContext
  stdin bool
  stdinOnce bool
  tty bool
`;

defineTypes(
  "v1",
  `
PullPolicy Protocol ContainerRestartPolicy ContainerRestartRuleAction ContainerRestartRuleOnExitCodesOperator = string
TerminationMessagePolicy MountPropagationMode RecursiveReadOnlyMode = string
ContainerPort
  name string
  hostPort int32
  containerPort int32!
  protocol Protocol
  hostIP string
ContainerRestartRuleOnExitCodes
  operator ContainerRestartRuleOnExitCodesOperator!
  values []int32
ContainerRestartRule
  action ContainerRestartRuleAction!
  exitCodes *ContainerRestartRuleOnExitCodes
VolumeMount
  name string!
  readOnly bool
  recursiveReadOnly *RecursiveReadOnlyMode
  mountPath string!
  subPath string
  mountPropagation *MountPropagationMode
  subPathExpr string
VolumeDevice
  name string!
  devicePath string!
Container
${CONTAINER_FIELDS}
EphemeralContainerCommon
${CONTAINER_FIELDS}
EphemeralContainer
  ... EphemeralContainerCommon
  targetContainerName string
`,
);
