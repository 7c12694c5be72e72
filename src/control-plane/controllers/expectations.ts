/**
 * What a controller did and its cache does not show yet. Without it a controller whose watch is behind would create the same
 * pods twice.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (UIDTrackingControllerExpectations).
 */
import { MINUTE, type SimTime } from "../../engine/simulation.js";

/** After this time unmet expectations count as met. Source: ExpectationsTimeout in controller_utils.go. */
export const EXPECTATIONS_TIMEOUT: SimTime = 5 * MINUTE;

interface Expected {
  creations: number;
  /** Keys of the objects whose deletion was asked for and not seen. */
  readonly deletions: Set<string>;
  readonly since: SimTime;
}

export class Expectations {
  private readonly byOwner = new Map<string, Expected>();

  /** Whether everything that was asked for on behalf of the owner has been seen, or so long ago that it no longer matters. */
  satisfied(owner: string, now: SimTime): boolean {
    const expected = this.byOwner.get(owner);
    if (expected === undefined) return true;
    return (expected.creations <= 0 && expected.deletions.size === 0) || now - expected.since > EXPECTATIONS_TIMEOUT;
  }

  expectCreations(owner: string, count: number, now: SimTime): void {
    this.byOwner.set(owner, { creations: count, deletions: new Set(), since: now });
  }

  expectDeletions(owner: string, keys: readonly string[], now: SimTime): void {
    this.byOwner.set(owner, { creations: 0, deletions: new Set(keys), since: now });
  }

  expect(owner: string, creations: number, deletions: readonly string[], now: SimTime): void {
    this.byOwner.set(owner, { creations, deletions: new Set(deletions), since: now });
  }

  creationObserved(owner: string): void {
    const expected = this.byOwner.get(owner);
    if (expected !== undefined) expected.creations--;
  }

  deletionObserved(owner: string, key: string): void {
    this.byOwner.get(owner)?.deletions.delete(key);
  }

  forget(owner: string): void {
    this.byOwner.delete(owner);
  }
}
