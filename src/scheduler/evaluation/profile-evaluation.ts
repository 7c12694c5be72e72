/** Which plugins of a profile can be followed incrementally, and the evaluations of the shapes that were met lately. */
import { extendsPoint, MAX_NODE_SCORE, type Plugin } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { Profile } from "../framework/profile.js";
import { PlainPlugins } from "./plain-rule.js";
import { ShapeEvaluation } from "./shape-evaluation.js";
import { StatusCodes } from "./status-codes.js";

/** About so many bytes may go into kept evaluations by default; the least lately used go first. */
const MEMORY_BUDGET = 256 * 2 ** 20;
/** Bytes that one evaluation takes for each node. */
const BYTES_PER_NODE = 16;
const MIN_EVALUATIONS = 64;

function isFollowed(plugin: Plugin): boolean {
  return plugin.local !== undefined || plugin.incremental !== undefined;
}

/** Rank of a plugin in the order in which filters are looked at here. */
function rank(plugin: Plugin): number {
  if (plugin.local !== undefined) return plugin.local.reads === "node" ? 0 : 1;
  return plugin.incremental !== undefined ? 2 : 3;
}

export class ProfileEvaluation {
  readonly codes = new StatusCodes();
  readonly plain: PlainPlugins;
  /** Whether the first filter to reject a node here is the first in the profile's order too, for any pod without volumes. */
  readonly keepsFilterOrder: boolean;
  /** Whether totals fit into 32 bits. */
  readonly fits: boolean;
  /** By number of the shape. */
  private readonly shapes: ({ readonly evaluation: ShapeEvaluation; used: number } | undefined)[] = [];
  private kept = 0;
  private uses = 0;

  constructor(
    readonly profile: Profile,
    private readonly memoryBudget = MEMORY_BUDGET,
  ) {
    const { filter, score } = profile.plugins;
    this.plain = new PlainPlugins(profile, (plugin) => !isFollowed(plugin));
    const ranks = filter.filter((plugin) => plugin.concerns === undefined && extendsPoint(plugin, "filter")).map(rank);
    this.keepsFilterOrder = ranks.every((each, i) => i === 0 || ranks[i - 1] <= each);
    this.fits = score.reduce((sum, plugin) => sum + (profile.weights.get(plugin.name) ?? 1), 0) * MAX_NODE_SCORE < 2 ** 30;
  }

  of(shape: PodShape): ShapeEvaluation {
    let kept = this.shapes[shape.id];
    if (kept === undefined) {
      this.makeRoom();
      const { profile } = this;
      const followed = (plugins: readonly Plugin[]): readonly Plugin[] => plugins.filter(isFollowed);
      const evaluation = new ShapeEvaluation(profile.handle.cache, this.codes, shape, followed(profile.plugins.filter), followed(profile.plugins.score), profile.weights);
      this.shapes[shape.id] = kept = { evaluation, used: 0 };
      this.kept++;
    }
    kept.used = ++this.uses;
    return kept.evaluation;
  }

  /** Drops the half that was used least lately where there are too many. */
  private makeRoom(): void {
    const limit = Math.max(MIN_EVALUATIONS, Math.floor(this.memoryBudget / (BYTES_PER_NODE * Math.max(1, this.profile.handle.cache.idBound))));
    if (this.kept < limit) return;
    const uses = this.shapes.flatMap((one) => (one === undefined ? [] : [one.used])).sort((a, b) => a - b);
    const oldest = uses[uses.length >> 1];
    this.shapes.forEach((one, id) => {
      if (one === undefined || one.used >= oldest) return;
      this.shapes[id] = undefined;
      this.kept--;
    });
  }
}
