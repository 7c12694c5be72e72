/**
 * Favours nodes that have the pod's images already, the more so the more the images are spread.
 *
 * Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go
 */
import { ImageLocalityRule } from "../evaluation/image-locality-rule.js";
import type { Rule } from "../evaluation/rule.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { Handle } from "../framework/handle.js";
import type { NodeInfo } from "../framework/node-info.js";
import { MAX_NODE_SCORE, type Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { PodShape } from "../framework/pod-shape.js";

const MEBIBYTE = 1024 * 1024;
/** Less than this scores 0: minThreshold */
const MIN_THRESHOLD = 23 * MEBIBYTE;
/** As much as this, for each container, scores 100: maxContainerThreshold */
const MAX_CONTAINER_THRESHOLD = 1000 * MEBIBYTE;

export class ImageLocality implements Plugin {
  static readonly NAME = "ImageLocality";
  readonly name = ImageLocality.NAME;

  constructor(private readonly handle: Handle) {}

  /** Images of the pod that may lie on nodes, and the number of containers. */
  imagesOf(shape: PodShape): { readonly images: readonly string[]; readonly containers: number } {
    const { containers, initContainers = [], volumes = [] } = shape.spec;
    const mounted = volumes.map((volume) => volume.image?.reference).filter((reference) => reference !== undefined);
    const images = [...initContainers, ...containers].map(({ image = "" }) => image);
    return { images: [...images, ...mounted].map(normalizedName), containers: containers.length + initContainers.length };
  }

  /** Bytes of the image that count on each node that has it: the larger the share of nodes that have it, the more. */
  scaledSize(image: string): number {
    const state = this.handle.cache.images.get(image);
    return state === undefined ? 0 : Math.trunc(state.sizeBytes * (state.nodes.size / this.handle.cache.nodeCount));
  }

  scoreOfSize(bytes: number, containers: number): number {
    const max = MAX_CONTAINER_THRESHOLD * containers;
    const clamped = Math.max(MIN_THRESHOLD, Math.min(bytes, max));
    return Math.trunc((MAX_NODE_SCORE * (clamped - MIN_THRESHOLD)) / (max - MIN_THRESHOLD));
  }

  incremental(shape: PodShape): Rule {
    return new ImageLocalityRule(this, this.handle, shape);
  }

  sign({ shape }: PodInfo): string {
    return this.imagesOf(shape).images.toSorted().join();
  }

  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    const { images, containers } = this.imagesOf(pod.shape);
    let bytes = 0;
    for (const image of images) if (this.handle.cache.images.get(image)?.nodes.has(node.id) === true) bytes += this.scaledSize(image);
    return this.scoreOfSize(bytes, containers);
  }
}

/** A name without a tag means the tag "latest"; nothing else is done to names. */
function normalizedName(name: string): string {
  return name.lastIndexOf(":") <= name.lastIndexOf("/") ? `${name}:latest` : name;
}
