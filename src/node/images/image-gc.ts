/**
 * Which images a node throws away when its disk fills or when they were not used for long.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#containers-images and pkg/kubelet/images/image_gc_manager.go.
 */
import type { SimTime } from "../../engine/simulation.js";

export interface ImageGCPolicy {
  /** Collection begins when so much of the disk is used, percent. */
  readonly highThresholdPercent: number;
  /** And goes on until no more than this is. */
  readonly lowThresholdPercent: number;
  /** Younger images stay. */
  readonly minAge: SimTime;
  /** Images that were not used for longer go, whatever the disk; 0 for never. */
  readonly maxAge: SimTime;
}

/** An image on the disk. */
export interface StoredImage {
  readonly id: string;
  readonly sizeBytes: number;
  readonly pinned: boolean;
}

/** The image file system and what is on it. */
export interface ImageStore {
  images(): Iterable<StoredImage>;
  isInUse(id: string): boolean;
  remove(id: string): void;
  /** Bytes. */
  readonly capacity: number;
  readonly available: number;
}

interface Seen {
  readonly firstDetected: SimTime;
  /** Undefined for an image that was never seen in use. */
  lastUsed: SimTime | undefined;
}

const GIBIBYTE = 1024 ** 3;
const NEVER = Number.NEGATIVE_INFINITY;

export class ImageGarbageCollector {
  private readonly seen = new Map<string, Seen>();

  /** @param began when the kubelet's process started */
  constructor(
    private readonly policy: ImageGCPolicy,
    private readonly store: ImageStore,
    private readonly began: SimTime,
  ) {}

  /** Frees the disk if it is above the high threshold. Returns the error text where not enough could be freed. */
  collect(now: SimTime): string | undefined {
    const candidates = this.freeOld(this.inEvictionOrder(now), now);
    const { capacity } = this.store;
    const available = Math.min(capacity, this.store.available);
    const usagePercent = 100 - Math.floor((available * 100) / capacity);
    if (usagePercent < this.policy.highThresholdPercent) return undefined;
    const wanted = Math.floor((capacity * (100 - this.policy.lowThresholdPercent)) / 100) - available;
    const freed = this.free(candidates, wanted, now);
    if (freed >= wanted) return undefined;
    return `Insufficient free disk space on the node's image filesystem (${usagePercent}% of ${(capacity / GIBIBYTE).toFixed(1)} GiB used). Failed to free sufficient space by deleting unused images (freed ${freed} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.`;
  }

  /** Removes every image that may be removed. Returns the bytes freed. */
  deleteUnused(now: SimTime): number {
    return this.free(this.inEvictionOrder(now), Number.POSITIVE_INFINITY, now);
  }

  /** Looks at what is there and in use: an image's use is known only from these looks. */
  private inEvictionOrder(now: SimTime): StoredImage[] {
    const present = new Set<string>();
    const candidates: StoredImage[] = [];
    for (const image of this.store.images()) {
      present.add(image.id);
      let seen = this.seen.get(image.id);
      if (seen === undefined) this.seen.set(image.id, (seen = { firstDetected: now, lastUsed: undefined }));
      if (this.store.isInUse(image.id)) seen.lastUsed = now;
      else if (!image.pinned) candidates.push(image);
    }
    for (const id of this.seen.keys()) if (!present.has(id)) this.seen.delete(id);
    return candidates.sort((a, b) => {
      const left = this.seen.get(a.id)!;
      const right = this.seen.get(b.id)!;
      const byUse = (left.lastUsed ?? NEVER) - (right.lastUsed ?? NEVER);
      return byUse !== 0 && !Number.isNaN(byUse) ? byUse : left.firstDetected - right.firstDetected;
    });
  }

  private freeOld(candidates: StoredImage[], now: SimTime): StoredImage[] {
    const { maxAge } = this.policy;
    if (maxAge === 0 || now - this.began <= maxAge) return candidates;
    return candidates.filter(({ id }) => {
      if (now - (this.seen.get(id)!.lastUsed ?? NEVER) <= maxAge) return true;
      this.remove(id);
      return false;
    });
  }

  private free(candidates: readonly StoredImage[], wanted: number, now: SimTime): number {
    let freed = 0;
    for (const { id, sizeBytes } of candidates) {
      if (now - this.seen.get(id)!.firstDetected < this.policy.minAge) continue;
      this.remove(id);
      freed += sizeBytes;
      if (freed >= wanted) break;
    }
    return freed;
  }

  private remove(id: string): void {
    this.seen.delete(id);
    this.store.remove(id);
  }
}
