/**
 * What the controller last wrote of each slice, to notice a cache that is behind and changes made by others.
 *
 * Source: staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go.
 */
import type { EndpointSlice } from "../../../api/types/index.js";

interface Written {
  readonly generation: number;
  readonly deletionExpected: boolean;
}

export class SliceTracker {
  /** By Service, and within it by uid of the slice. */
  private readonly byService = new Map<string, Map<string, Written>>();

  /** Remembers a slice as the API server answered it. */
  written(service: string, slice: EndpointSlice): void {
    this.remember(service, slice, false);
  }

  expectDeletion(service: string, slice: EndpointSlice): void {
    this.remember(service, slice, true);
  }

  /** Whether the cached slices of a Service lack something that was written. */
  isBehind(service: string, cached: readonly EndpointSlice[]): boolean {
    const slices = this.byService.get(service);
    if (slices === undefined) return false;
    let expected = 0;
    for (const { deletionExpected } of slices.values()) if (!deletionExpected) expected++;
    for (const { metadata } of cached) {
      const written = slices.get(metadata.uid!);
      if (written === undefined) continue;
      if (written.deletionExpected || written.generation > (metadata.generation ?? 0)) return true;
      expected--;
    }
    return expected > 0;
  }

  /** Whether the slice was changed by somebody else. */
  isUnexpected(service: string, slice: EndpointSlice): boolean {
    const written = this.byService.get(service)?.get(slice.metadata.uid!);
    return written === undefined || (slice.metadata.generation ?? 0) > written.generation;
  }

  /** Forgets a slice that is gone; returns whether that was unexpected. */
  deleted(service: string, slice: EndpointSlice): boolean {
    const slices = this.byService.get(service);
    const written = slices?.get(slice.metadata.uid!);
    slices?.delete(slice.metadata.uid!);
    return written === undefined || !written.deletionExpected;
  }

  forgetService(service: string): void {
    this.byService.delete(service);
  }

  private remember(service: string, { metadata }: EndpointSlice, deletionExpected: boolean): void {
    let slices = this.byService.get(service);
    if (slices === undefined) {
      slices = new Map();
      this.byService.set(service, slices);
    }
    slices.set(metadata.uid!, { generation: metadata.generation ?? 0, deletionExpected });
  }
}
