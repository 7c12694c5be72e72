/**
 * What the controller last wrote of each slice, to notice a cache that is behind and changes made by others.
 *
 * Source: staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go.
 */
import type { EndpointSlice } from "../../../api/types/index.js";

/** Generation of a slice whose deletion was asked for; lower than any. */
const DELETION_EXPECTED = -1;

export class SliceTracker {
  /** Generations by Service, and within it by uid of the slice. */
  private readonly byService = new Map<string, Map<string, number>>();

  /** Remembers a slice as the API server answered it. */
  written(service: string, slice: EndpointSlice): void {
    this.remember(service, slice, slice.metadata.generation ?? 0);
  }

  expectDeletion(service: string, slice: EndpointSlice): void {
    this.remember(service, slice, DELETION_EXPECTED);
  }

  /** Whether the cached slices of a Service lack something that was written. Slices that are being deleted are not among them. */
  isBehind(service: string, cached: readonly EndpointSlice[]): boolean {
    const slices = this.byService.get(service);
    if (slices === undefined) return false;
    let expected = 0;
    for (const generation of slices.values()) if (generation !== DELETION_EXPECTED) expected++;
    for (const { metadata } of cached) {
      const written = slices.get(metadata.uid!);
      if (written === undefined) continue;
      if (written === DELETION_EXPECTED || written > (metadata.generation ?? 0)) return true;
      expected--;
    }
    return expected > 0;
  }

  /** Whether the slice was made or changed by somebody else. */
  isUnexpected(service: string, slice: EndpointSlice): boolean {
    const written = this.byService.get(service)?.get(slice.metadata.uid!);
    return written === undefined || (slice.metadata.generation ?? 0) > written;
  }

  /** Forgets a slice that is gone; returns whether it was known and its going unexpected. */
  deleted(service: string, slice: EndpointSlice): boolean {
    const slices = this.byService.get(service);
    const written = slices?.get(slice.metadata.uid!);
    slices?.delete(slice.metadata.uid!);
    return written !== undefined && written !== DELETION_EXPECTED;
  }

  forgetService(service: string): void {
    this.byService.delete(service);
  }

  private remember(service: string, { metadata }: EndpointSlice, generation: number): void {
    let slices = this.byService.get(service);
    if (slices === undefined) {
      slices = new Map();
      this.byService.set(service, slices);
    }
    slices.set(metadata.uid!, generation);
  }
}
