/** Environment variables of containers, and the fields and keys that they are read from (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";

defineTypes(
  "v1",
  `
ConfigMapEnvSource
  ... LocalObjectReference
  optional *bool
SecretEnvSource
  ... LocalObjectReference
  optional *bool
EnvFromSource
  prefix string
  configMapRef *ConfigMapEnvSource
  secretRef *SecretEnvSource
ObjectFieldSelector
  apiVersion string
  fieldPath string!
ResourceFieldSelector
  containerName string
  resource string!
  divisor Quantity!
ConfigMapKeySelector
  ... LocalObjectReference
  key string!
  optional *bool
SecretKeySelector
  ... LocalObjectReference
  key string!
  optional *bool
FileKeySelector
  volumeName string!
  path string!
  key string!
  optional *bool
EnvVarSource
  fieldRef *ObjectFieldSelector
  resourceFieldRef *ResourceFieldSelector
  configMapKeyRef *ConfigMapKeySelector
  secretKeyRef *SecretKeySelector
  fileKeyRef *FileKeySelector
EnvVar
  name string!
  value string
  valueFrom *EnvVarSource
`,
);
