/** Amounts of resources, and what a container asks for (v1). */
import { defineTypes } from "./descriptor.js";

defineTypes(
  "v1",
  `
ResourceName ResourceResizeRestartPolicy = string
ResourceList = {}Quantity
ResourceClaim
  name string!
  request string
ResourceRequirements
  limits ResourceList
  requests ResourceList
  claims []ResourceClaim
ContainerResizePolicy
  resourceName ResourceName!
  restartPolicy ResourceResizeRestartPolicy!
`,
);
