/**
 * What a plugin says of all nodes for the pods of one shape, kept up to date change by change.
 *
 * For plugins whose answer for a node depends on other nodes and their pods, and so cannot be kept per node.
 */
import type { DomainCheck } from "./domain-check.js";

export interface Rule {
  /** Reads anew what objects beside pods and nodes say. Returns whether {@link isConcernedBy} may answer otherwise than before. */
  refresh(): boolean;
  /** Whether pods of that shape matter. Others' changes need not be told. */
  isConcernedBy(shape: number): boolean;
  /** A change of a pod on a node, see cache/change-log.ts. Changes come in order, after {@link refresh} and before {@link begin}. */
  change(kind: number, node: number, shape: number): void;
  /** Taints of some node changed. */
  taintsChanged(): void;
  /** Nodes came or went, or have other labels: all counts are void. */
  nodesChanged(): void;
  /** A cycle begins: afterwards all else answers for the present. */
  begin(): void;
  /** What a node has to pass in this cycle, in order. */
  readonly checks: readonly DomainCheck[];
  /** Whether {@link addScores} would tell nodes apart, or add anything at all. */
  readonly scores: boolean;
  /**
   * Adds the normalized and weighted scores of the feasible nodes to their totals. What all nodes get alike is returned instead.
   */
  addScores(nodes: Int32Array, count: number, totals: Int32Array, weight: number): number;
}
