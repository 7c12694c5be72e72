/** Golden kind `config`: as `single`, under a KubeSchedulerConfiguration. */
export const kind = "config";
export { check } from "./single.js";
