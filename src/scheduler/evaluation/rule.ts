/**
 * What a plugin says of all nodes for the pods of one shape, kept up to date change by change.
 *
 * For plugins whose answer for a node depends on other nodes and their pods, and so cannot be kept per node.
 */
import type { Status } from "../framework/status.js";

export interface Rule {
  /** A change of a pod on a node, see cache/change-log.ts. Changes come in order, before {@link begin}. */
  change(kind: number, node: number, shape: number): void;
  /** Taints of some node changed. */
  taintsChanged(): void;
  /** Nodes came or went, or have other labels: all counts are void. */
  nodesChanged(): void;
  /** A cycle begins: afterwards {@link filters}, {@link filter} and {@link addScores} answer for the present. */
  begin(): void;
  /** Whether there is anything to filter by in this cycle. */
  readonly filters: boolean;
  filter(node: number): Status | undefined;
  /** Whether {@link addScores} would tell nodes apart, or add anything at all. */
  readonly scores: boolean;
  /**
   * Adds the normalized and weighted scores of the feasible nodes to their totals. What all nodes get alike is returned instead.
   */
  addScores(nodes: Int32Array, count: number, totals: Int32Array, weight: number): number;
}
