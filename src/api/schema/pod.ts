/** The kinds Pod and PodTemplate (v1). */
import { defineTypes } from "./descriptor.js";
import "./meta.js";
import "./pod-spec.js";
import "./pod-status.js";

defineTypes(
  "v1",
  `
Pod
  kind string
  apiVersion string
  metadata ObjectMeta+
  spec PodSpec+
  status PodStatus!
PodTemplate
  kind string
  apiVersion string
  metadata ObjectMeta+
  template PodTemplateSpec+
`,
);
