/** Changes that tests make to workloads. */
import type { DaemonSet, Deployment, StatefulSet } from "../../../src/api/types/index.js";

/** Another image for the first container of the template. */
export function withImage(image: string): <T extends Deployment | StatefulSet | DaemonSet>(workload: T) => T {
  return (workload) => {
    const { template } = workload.spec;
    const [first, ...others] = template.spec.containers;
    return {
      ...workload,
      spec: { ...workload.spec, template: { ...template, spec: { ...template.spec, containers: [{ ...first, image }, ...others] } } },
    };
  };
}

export function scaledTo(replicas: number): <T extends Deployment | StatefulSet>(workload: T) => T {
  return (workload) => ({ ...workload, spec: { ...workload.spec, replicas } });
}
