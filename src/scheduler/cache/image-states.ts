/**
 * Which images lie on which nodes, for ImageLocality. The size of an image is that on the node which listed it first.
 *
 * Source of the rules: pkg/scheduler/backend/cache/cache.go (addNodeImageStates)
 */
import type { Node } from "../../api/types/index.js";

export interface ImageState {
  readonly sizeBytes: number;
  /** Numbers of the nodes that have the image. */
  readonly nodes: ReadonlySet<number>;
}

export class ImageStates {
  private readonly byName = new Map<string, { sizeBytes: number; nodes: Set<number> }>();
  /** Goes up with every change. */
  version = 0;

  get(name: string): ImageState | undefined {
    return this.byName.get(name);
  }

  add(id: number, node: Node): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const state = this.byName.get(name);
        if (state === undefined) this.byName.set(name, { sizeBytes: image.sizeBytes ?? 0, nodes: new Set([id]) });
        else state.nodes.add(id);
        this.version++;
      }
    }
  }

  remove(id: number, node: Node): void {
    for (const image of node.status?.images ?? []) {
      for (const name of image.names ?? []) {
        const state = this.byName.get(name);
        if (state === undefined) continue;
        state.nodes.delete(id);
        if (state.nodes.size === 0) this.byName.delete(name);
        this.version++;
      }
    }
  }
}
