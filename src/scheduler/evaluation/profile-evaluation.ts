/** Which plugins of a profile can be followed incrementally, and the evaluations of the shapes that were met lately. */
import type { NodeScorer } from "../framework/node-local-plugin.js";
import { extendsPoint, MAX_NODE_SCORE, type NodeLocal, type Plugin } from "../framework/plugin.js";
import type { PodShape } from "../framework/pod-shape.js";
import type { Profile } from "../framework/profile.js";
import { evaluationKey, NodeEvaluation, type LocalPlugins } from "./node-evaluation.js";
import { NominatedTrials } from "./nominated-trials.js";
import { NominatedValues } from "./nominated-values.js";
import { NormalizedScores } from "./normalized-scores.js";
import { PlainPlugins } from "./plain-plugins.js";
import { ShapeEvaluation } from "./shape-evaluation.js";
import { StatusCodes } from "./status-codes.js";

/** About so many bytes may go into kept evaluations by default; the least lately used go first. */
const MEMORY_BUDGET = 256 * 2 ** 20;
/** Bytes that one evaluation takes for each node. */
const BYTES_PER_NODE = 16;
const MIN_EVALUATIONS = 64;
/** So many evaluations are kept with nominated pods, each for so many priorities; past that all are made anew. */
const MOST_NOMINATED = 64;
const MOST_PRIORITIES = 8;

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
  /** Copies of nodes with the pods nominated to them. */
  private readonly trials = new NominatedTrials();
  /** By what is known without the nominated pods, then by priority. */
  private readonly nominated = new Map<NodeEvaluation, Map<number, NominatedValues>>();
  /** Whether the first filter to reject a node here is the first in the profile's order too, for any pod without volumes. */
  readonly keepsFilterOrder: boolean;
  /** Whether totals fit into 32 bits. */
  readonly fits: boolean;
  /** By number of the shape. */
  private readonly shapes: ({ readonly evaluation: ShapeEvaluation; used: number } | undefined)[] = [];
  private kept = 0;
  private readonly local: LocalPlugins;
  private readonly normalizers: readonly Plugin[];
  /** Parts that shapes have in common, by what the plugins read of a shape. */
  private readonly nodes = new Map<string, NodeEvaluation>();
  private readonly normalized = new Map<string, NormalizedScores>();
  private uses = 0;

  constructor(
    readonly profile: Profile,
    private readonly memoryBudget = MEMORY_BUDGET,
  ) {
    const { filter, score } = profile.plugins;
    const isNormalized = ({ local }: Plugin): boolean => local?.normalization !== undefined;
    const scorers = score.filter((plugin) => plugin.local !== undefined);
    this.local = {
      filters: filter.filter((plugin) => plugin.local !== undefined),
      scorers: scorers.filter((plugin) => !isNormalized(plugin)),
    };
    this.normalizers = scorers.filter(isNormalized);
    this.plain = new PlainPlugins(profile, (plugin) => !isFollowed(plugin));
    const ranks = filter.filter((plugin) => plugin.concerns === undefined && extendsPoint(plugin, "filter")).map(rank);
    this.keepsFilterOrder = ranks.every((each, i) => i === 0 || ranks[i - 1] <= each);
    this.fits = score.reduce((sum, plugin) => sum + (profile.weights.get(plugin.name) ?? 1), 0) * MAX_NODE_SCORE < 2 ** 30;
  }

  of(shape: PodShape): ShapeEvaluation {
    let kept = this.shapes[shape.id];
    if (kept === undefined) {
      this.makeRoom();
      this.shapes[shape.id] = kept = { evaluation: this.evaluate(shape), used: 0 };
      this.kept++;
    }
    kept.used = ++this.uses;
    return kept.evaluation;
  }

  private evaluate(shape: PodShape): ShapeEvaluation {
    const { handle, weights } = this.profile;
    const { cache } = handle;
    const key = evaluationKey(this.local, shape);
    let nodes = this.nodes.get(key);
    if (nodes === undefined) this.nodes.set(key, (nodes = new NodeEvaluation(cache, this.codes, shape, this.local, weights)));
    const normalized = this.normalizers.flatMap(({ name, local }) => {
      const score = local!.scoreOf?.(shape);
      return score === undefined
        ? []
        : [
            {
              scores: this.scoresOf(`${name}\n${local!.scoreKey?.(shape) ?? String(shape.id)}`, score, local!),
              weight: weights.get(name) ?? 1,
            },
          ];
    });
    const { filter, score } = this.profile.plugins;
    const followed = new Set([...filter, ...score].filter((plugin) => plugin.incremental !== undefined));
    const rules = [...followed].map((plugin) => ({
      rule: plugin.incremental!(shape, this.codes),
      filters: filter.includes(plugin),
      weight: score.includes(plugin) ? (weights.get(plugin.name) ?? 1) : 0,
    }));
    return new ShapeEvaluation(cache, nodes, normalized, rules);
  }

  /** The values of nodes for pods of the shape and that priority, with the pods that are nominated to nodes and go before them. */
  withNominated({ nodes }: ShapeEvaluation, priority: number): NominatedValues {
    const { cache, nominator } = this.profile.handle;
    let byPriority = this.nominated.get(nodes);
    if (byPriority === undefined) {
      if (this.nominated.size === MOST_NOMINATED) this.forgetNominated();
      this.nominated.set(nodes, (byPriority = new Map<number, NominatedValues>()));
    }
    let values = byPriority.get(priority);
    if (values === undefined) {
      if (byPriority.size === MOST_PRIORITIES) byPriority.clear();
      byPriority.set(priority, (values = new NominatedValues(cache, this.codes, nodes, this.trials, nominator, priority)));
    }
    values.catchUp();
    return values;
  }

  private forgetNominated(): void {
    this.nominated.clear();
    this.trials.clear();
  }

  private scoresOf(key: string, score: NodeScorer, local: NodeLocal): NormalizedScores {
    let scores = this.normalized.get(key);
    if (scores === undefined)
      this.normalized.set(key, (scores = new NormalizedScores(this.profile.handle.cache, score, local.normalization === "reversed")));
    return scores;
  }

  /** Where there are too many, drops the half that was used least lately, and lets the others find their common parts anew. */
  private makeRoom(): void {
    const limit = Math.max(
      MIN_EVALUATIONS,
      Math.floor(this.memoryBudget / (BYTES_PER_NODE * Math.max(1, this.profile.handle.cache.idBound))),
    );
    if (this.kept < limit) return;
    const uses = this.shapes.flatMap((one) => (one === undefined ? [] : [one.used])).sort((a, b) => a - b);
    const oldest = uses[uses.length >> 1];
    this.shapes.forEach((one, id) => {
      if (one === undefined || one.used >= oldest) return;
      this.shapes[id] = undefined;
      this.kept--;
    });
    this.nodes.clear();
    this.normalized.clear();
    this.forgetNominated();
  }
}
