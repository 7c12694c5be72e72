import type { Pod } from "../../api/types/index.js";
import type { PodShape } from "./pod-shape.js";

/** A pod with what was derived from it. Immutable: an updated pod gets a new one. */
export class PodInfo {
  constructor(
    readonly pod: Pod,
    readonly shape: PodShape,
  ) {}

  /** "namespace/name" */
  get key(): string {
    return `${this.shape.namespace}/${this.pod.metadata.name}`;
  }

  /** Identity of the pod; before the API server gave a uid, its key. */
  get uid(): string {
    return this.pod.metadata.uid ?? this.key;
  }

  /** A pod without priority counts as 0 (component-helpers corev1.PodPriority). */
  get priority(): number {
    return this.pod.spec.priority ?? 0;
  }

  get isTerminating(): boolean {
    return this.pod.metadata.deletionTimestamp !== undefined;
  }
}
