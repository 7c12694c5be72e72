/**
 * What changed on which node, in order: kept results follow the log instead of being worked out anew.
 *
 * The log is a ring. A reader that fell behind by more than its capacity starts from scratch.
 */

/** A pod came to the node. */
export const POD_ADDED = 1;
/** A pod left the node. */
export const POD_REMOVED = 2;
/** A pod on the node began to terminate: it still holds its resources, but topology spreading no longer counts it. */
export const POD_TERMINATING = 3;
/** A terminating pod came, where the scheduler learns of it only then. */
export const TERMINATING_POD_ADDED = 4;
/** A terminating pod left. */
export const TERMINATING_POD_REMOVED = 5;
/** Allocatable of the node changed. */
export const NODE_ALLOCATABLE = 6;
/** Taints or cordon of the node changed. */
export const NODE_TAINTS = 7;
/** The node came, went, or has other labels. */
export const NODE_LABELS = 8;

const CAPACITY = 1 << 16;
const MASK = CAPACITY - 1;

export class ChangeLog {
  /** Number of changes so far; the next change gets this number. */
  end = 0;
  /** No change of a node itself has this number or a later one. */
  nodesEnd = 0;
  /** All numbers of shapes of pods that came or went are below this. */
  shapeBound = 0;
  private readonly kinds = new Uint8Array(CAPACITY);
  private readonly nodes = new Int32Array(CAPACITY);
  private readonly shapes = new Int32Array(CAPACITY);

  append(kind: number, node: number, shape: number): void {
    const at = this.end++ & MASK;
    if (kind >= NODE_ALLOCATABLE) this.nodesEnd = this.end;
    else if (shape >= this.shapeBound) this.shapeBound = shape + 1;
    this.kinds[at] = kind;
    this.nodes[at] = node;
    this.shapes[at] = shape;
  }

  /** Whether all changes from that number on are still known. */
  reachesBackTo(position: number): boolean {
    return this.end - position <= CAPACITY;
  }

  kindAt(position: number): number {
    return this.kinds[position & MASK];
  }

  nodeAt(position: number): number {
    return this.nodes[position & MASK];
  }

  /** Number of the pod's shape; of no meaning for changes of the node itself. */
  shapeAt(position: number): number {
    return this.shapes[position & MASK];
  }
}
