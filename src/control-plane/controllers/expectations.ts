/**
 * What a controller did and its cache does not show yet. Without it a controller whose watch is behind would create the same
 * pods twice.
 *
 * Source: kubernetes pkg/controller/controller_utils.go (ControllerExpectations, UIDTrackingControllerExpectations).
 */
import { MINUTE, type SimTime } from "../../engine/simulation.js";

/** After this time unmet expectations count as met. Source: ExpectationsTimeout in controller_utils.go. */
export const EXPECTATIONS_TIMEOUT: SimTime = 5 * MINUTE;

interface Expected {
  creations: number;
  deletions: number;
  readonly since: SimTime;
}

/**
 * Expectations that are counted: each creation and each deletion that is seen meets one of them, also one that was not asked for, such
 * as the end of a pod that is being deleted already.
 */
export class Expectations {
  private readonly byOwner = new Map<string, Expected>();

  /** Whether everything that was asked for on behalf of the owner has been seen, or so long ago that it no longer matters. */
  satisfied(owner: string, now: SimTime): boolean {
    const expected = this.byOwner.get(owner);
    if (expected === undefined) return true;
    return (expected.creations <= 0 && expected.deletions <= 0) || now - expected.since > EXPECTATIONS_TIMEOUT;
  }

  /** Replaces what was expected before. */
  expect(owner: string, creations: number, deletions: number, now: SimTime): void {
    this.byOwner.set(owner, { creations, deletions, since: now });
  }

  creationObserved(owner: string): void {
    const expected = this.byOwner.get(owner);
    if (expected !== undefined) expected.creations--;
  }

  deletionObserved(owner: string): void {
    const expected = this.byOwner.get(owner);
    if (expected !== undefined) expected.deletions--;
  }

  forget(owner: string): void {
    this.byOwner.delete(owner);
  }
}

/** Expectations that know which objects are to go, so that each deletion is counted once and others are not. */
export class TrackingExpectations {
  private readonly counts = new Expectations();
  private readonly deletions = new Map<string, Set<string>>();

  satisfied(owner: string, now: SimTime): boolean {
    return this.counts.satisfied(owner, now);
  }

  expectCreations(owner: string, count: number, now: SimTime): void {
    this.counts.expect(owner, count, 0, now);
  }

  /** @param keys of the objects whose deletion is asked for */
  expectDeletions(owner: string, keys: readonly string[], now: SimTime): void {
    this.deletions.set(owner, new Set(keys));
    this.counts.expect(owner, 0, keys.length, now);
  }

  creationObserved(owner: string): void {
    this.counts.creationObserved(owner);
  }

  deletionObserved(owner: string, key: string): void {
    if (this.deletions.get(owner)?.delete(key) === true) this.counts.deletionObserved(owner);
  }

  forget(owner: string): void {
    this.counts.forget(owner);
    this.deletions.delete(owner);
  }
}
