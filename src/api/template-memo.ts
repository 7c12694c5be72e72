import type { Container, PodSpec } from "./types/pod.js";

/** The parts of a spec that hold resources. */
export type ResourceParts = Pick<PodSpec, "containers" | "initContainers" | "overhead" | "resources">;

interface Known<T> extends ResourceParts {
  readonly value: T;
}

/**
 * Computes once for all pods of a template what follows from the parts of a spec that hold resources, and from them alone. Binding makes a
 * new spec for each node, but these parts stay the template's own objects.
 */
export function oncePerTemplate<T>(compute: (spec: ResourceParts) => T): (spec: ResourceParts) => T {
  const byContainers = new WeakMap<readonly Container[], Known<T>>();
  return (spec) => {
    const { containers, initContainers, overhead, resources } = spec;
    const known = byContainers.get(containers);
    if (known !== undefined && known.initContainers === initContainers && known.overhead === overhead && known.resources === resources) {
      return known.value;
    }
    const value = compute(spec);
    byContainers.set(containers, { containers, initContainers, overhead, resources, value });
    return value;
  };
}
