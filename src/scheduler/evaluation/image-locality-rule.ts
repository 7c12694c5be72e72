/** ImageLocality for the pods of one shape: the nodes that have any of its images. */
import type { Handle } from "../framework/handle.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { ImageLocality } from "../plugins/image-locality.js";
import type { Rule } from "./rule.js";

const UNKNOWN_VERSION = -1;

export class ImageLocalityRule implements Rule {
  readonly checks = [];
  private readonly images: readonly string[];
  private readonly containers: number;
  /** Version of the cache's images that the scores are of. */
  private version = UNKNOWN_VERSION;
  /** By number of the node; undefined while no node has any of the images. */
  private perNode: Int32Array | undefined;

  constructor(
    private readonly plugin: ImageLocality,
    private readonly handle: Handle,
    shape: PodShape,
  ) {
    ({ images: this.images, containers: this.containers } = plugin.imagesOf(shape));
  }

  refresh(): boolean {
    return false;
  }

  isConcernedBy(): boolean {
    return false;
  }

  change(): void {
    // Pods have no part in it.
  }

  taintsChanged(): void {
    // Nor have taints.
  }

  nodesChanged(): void {
    this.version = UNKNOWN_VERSION;
  }

  begin(): void {
    const { cache } = this.handle;
    if (this.version === cache.images.version) return;
    this.version = cache.images.version;
    let bytes: Float64Array | undefined;
    for (const image of this.images) {
      const nodes = cache.images.get(image)?.nodes;
      if (nodes === undefined) continue;
      bytes ??= new Float64Array(cache.idBound);
      const size = this.plugin.scaledSize(image);
      for (const node of nodes) bytes[node] += size;
    }
    this.perNode = bytes === undefined ? undefined : Int32Array.from(bytes, (sum) => this.plugin.scoreOfSize(sum, this.containers));
  }

  get scores(): boolean {
    return this.perNode !== undefined;
  }

  addScores(nodes: Int32Array, count: number, totals: Int32Array, weight: number): number {
    const { perNode } = this;
    if (perNode !== undefined) for (let i = 0; i < count; i++) totals[i] += weight * perNode[nodes[i]];
    return 0;
  }
}
