/**
 * Reuse of one pod's scored nodes for the next pod of the same signature ("opportunistic batching").
 *
 * Where the node that the last pod took cannot take another one, the next best node of the earlier list is the best for its twin: it is
 * hinted at, and taken unscored if it passes the filters.
 * Source of the rules: pkg/scheduler/framework/runtime/batch.go, KEP-5598
 */
import type { Timestamp } from "../api/types/index.js";
import { MILLISECOND } from "../engine/simulation.js";
import type { NodeInfo } from "./framework/node-info.js";
import type { Profile } from "./framework/profile.js";
import { selectPlace, type TieBreak } from "./node-selection.js";

/** Results are not used any more after this time: maxBatchAge */
const MAX_AGE = 500 * MILLISECOND;

/** Scored nodes, best first. */
export class SortedNodes {
  private readonly nodes: NodeInfo[];
  private readonly totals: number[];
  private isHeap = false;

  constructor(
    nodes: Iterable<NodeInfo>,
    totals: ArrayLike<number>,
    private readonly tieBreak: TieBreak,
  ) {
    this.nodes = [...nodes];
    this.totals = Array.from({ length: this.nodes.length }, (_, at) => totals[at]);
  }

  get length(): number {
    return this.nodes.length;
  }

  /** Takes the best node out. */
  pop(): NodeInfo {
    if (this.tieBreak === "upstream") return this.popHeap();
    const place = selectPlace(this.totals, this.length, (at) => this.nodes[at].name, this.tieBreak);
    this.totals.splice(place, 1);
    return this.nodes.splice(place, 1)[0];
  }

  /** Takes out the node that was chosen, which is the best; among equals a random choice may have fallen on any of them. */
  remove(chosen: NodeInfo): void {
    if (this.tieBreak === "upstream") {
      this.pop();
      return;
    }
    const place = this.nodes.indexOf(chosen);
    this.nodes.splice(place, 1);
    this.totals.splice(place, 1);
  }

  /** As Go's container/heap: built bottom-up, then the root is swapped with the last and sinks. */
  private popHeap(): NodeInfo {
    if (!this.isHeap) {
      this.isHeap = true;
      for (let at = (this.length >> 1) - 1; at >= 0; at--) this.sink(at, this.length);
    }
    const last = this.length - 1;
    this.swap(0, last);
    this.sink(0, last);
    this.totals.pop();
    return this.nodes.pop()!;
  }

  private sink(from: number, end: number): void {
    const { totals } = this;
    for (let at = from, child = 2 * at + 1; child < end; at = child, child = 2 * at + 1) {
      if (child + 1 < end && totals[child + 1] > totals[child]) child++;
      if (totals[child] <= totals[at]) return;
      this.swap(at, child);
    }
  }

  private swap(a: number, b: number): void {
    [this.nodes[a], this.nodes[b]] = [this.nodes[b], this.nodes[a]];
    [this.totals[a], this.totals[b]] = [this.totals[b], this.totals[a]];
  }
}

export class ResultReuse {
  private kept: { readonly signature: string; readonly nodes: SortedNodes; readonly since: Timestamp } | undefined;
  private lastCycle = -1;
  private lastNode = "";

  constructor(private readonly profile: Profile) {}

  /** The node to try first, if the last results can be used for this pod. */
  hint(signature: string | undefined, cycle: number, isRejected: (node: NodeInfo) => boolean): NodeInfo | undefined {
    const { kept, profile } = this;
    if (kept === undefined || kept.nodes.length === 0) return undefined;
    if (cycle !== this.lastCycle + 1 || signature !== kept.signature || profile.handle.now() > kept.since + MAX_AGE) return undefined;
    const last = profile.handle.cache.node(this.lastNode);
    if (last === undefined || !isRejected(last)) return undefined;
    // It may be gone by now; the search then goes on as usual.
    return profile.handle.cache.node(kept.nodes.pop().name);
  }

  /** Remembers where the pod went, and the other nodes unless the hint was followed. */
  store(signature: string, hint: NodeInfo | undefined, chosen: NodeInfo, others: (() => SortedNodes) | undefined, cycle: number): void {
    this.lastCycle = cycle;
    this.lastNode = chosen.name;
    if (hint === chosen) return;
    const nodes = others?.();
    this.kept = nodes === undefined || nodes.length === 0 ? undefined : { signature, nodes, since: this.profile.handle.now() };
  }
}
