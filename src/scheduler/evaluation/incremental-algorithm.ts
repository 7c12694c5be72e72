/**
 * A scheduling cycle up to the choice of a node, on what was kept of earlier cycles.
 *
 * Decides exactly as the plain {@link SchedulingAlgorithm}, to which it leaves the rare cases: pods that name nodes, nominated pods, and
 * PreFilter plugins that narrow the search.
 */
import type { Cache } from "../cache/cache.js";
import type { CycleOutcome } from "../cycle-outcome.js";
import { CycleFailure } from "../framework/cycle-failure.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { Diagnosis } from "../framework/fit-error.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Profile } from "../framework/profile.js";
import type { Status } from "../framework/status.js";
import { numFeasibleNodesToFind, selectPlace, type TieBreak } from "../node-selection.js";
import { namedNodes } from "../plugins/node-affinity.js";
import { SchedulingAlgorithm, type AlgorithmOptions, type SearchStart } from "../scheduling-algorithm.js";
import { diagnosisFrom } from "./coded-diagnosis.js";
import { FeasibleSearch, type Rejects } from "./feasible-search.js";
import { NominatedNodes } from "./nominated-nodes.js";
import { OnePassSearch } from "./one-pass-search.js";
import { ProfileEvaluation } from "./profile-evaluation.js";
import type { NodeValues } from "./node-values.js";
import type { ShapeEvaluation } from "./shape-evaluation.js";

export class IncrementalAlgorithm {
  private readonly plain: SchedulingAlgorithm;
  private readonly evaluations = new Map<Profile, ProfileEvaluation>();
  private readonly onePass = new OnePassSearch();
  /** The evaluation of the last cycle's profile. */
  private last: ProfileEvaluation | undefined;
  private readonly feasible = new FeasibleSearch();

  constructor(
    private readonly cache: Cache,
    private readonly start: SearchStart,
    private readonly tieBreak: TieBreak,
    private readonly options: AlgorithmOptions = {},
  ) {
    this.plain = new SchedulingAlgorithm(cache, start, tieBreak, options);
  }

  /** @throws CycleFailure where a plugin answers Error */
  schedule(profile: Profile, state: CycleState, pod: PodInfo): CycleOutcome {
    const evaluation = this.evaluationOf(profile);
    const isPlainIdle = evaluation.plain.isIdleFor(pod);
    if (!this.isCommon(evaluation, pod) || (!isPlainIdle && !evaluation.plain.begin(state, pod)))
      return this.plain.schedule(profile, state.reset(), pod);

    const shape = evaluation.of(pod.shape);
    shape.catchUp();
    const signature = this.plain.beginCycle(profile, pod);
    const { nominator } = profile.handle;
    let values: NodeValues = shape.nodes;
    let nominated: NominatedNodes | undefined;
    if (nominator.size > 0) {
      const reckoned = evaluation.withNominated(shape, pod.priority);
      const isKnown = isPlainIdle && shape.checks.length === 0 && !nominator.hasAffinityPods && nominator.nodeOfPod(pod.uid) === undefined;
      if (isKnown) values = reckoned;
      else nominated = NominatedNodes.before(profile, evaluation.codes, reckoned, pod, !isPlainIdle || shape.checks.length > 0);
    }
    if (signature === undefined && isPlainIdle && nominated === undefined && this.tieBreak === "upstream" && !shape.hasMoreScores) {
      return this.scheduleInOnePass(evaluation, shape, values, state, pod);
    }
    const rejectsPlainly = isPlainIdle
      ? undefined
      : (id: number): boolean => this.isRejection(evaluation.plain.filter(state, pod, this.cache.nodeById(id)), id);
    const rejects =
      nominated === undefined
        ? rejectsPlainly
        : (id: number): boolean => (nominated.has(id) ? this.isRejection(nominated.statusOf(id), id) : rejectsPlainly?.(id) === true);
    const hint = this.plain.hintFor(profile, signature, (node) => this.isRejected(shape, values, rejects, node.id));
    if (hint !== undefined && !this.isRejected(shape, values, rejects, hint.id)) {
      this.plain.storeResults(profile, signature, hint, hint, undefined);
      return { result: { node: hint, evaluatedNodes: 1, feasibleNodes: 1 } };
    }

    const { order } = this.cache;
    const start = this.start.index % order.length;
    const search = this.feasible;
    search.run(shape, values, order, start, numFeasibleNodesToFind(order.length, profile.percentageOfNodesToScore), rejects);
    this.start.index = search.end;
    const { nodes, totals, found: count } = search;
    const evaluatedNodes = search.looked + (hint !== undefined && this.countHint(hint, start, search.looked) ? 1 : 0);
    if (count === 0) return { diagnosis: this.diagnose(evaluation, shape, values, isPlainIdle, nominated, state, pod) };
    if (count === 1) {
      const node = this.cache.nodeById(nodes[0]);
      this.plain.storeResults(profile, signature, hint, node, undefined);
      return { result: { node, evaluatedNodes, feasibleNodes: 1 } };
    }
    const alike = shape.addScores(nodes, count, totals);
    const nodesOf = (): NodeInfo[] => Array.from(nodes.subarray(0, count), (id) => this.cache.nodeById(id));
    if (!isPlainIdle) evaluation.plain.addScores(state, pod, nodesOf(), totals);
    const place = selectPlace(totals, count, (at) => this.cache.nodeById(nodes[at]).name, this.tieBreak);
    const best = totals[place];
    let tied = 0;
    for (let i = 0; i < count; i++) if (totals[i] === best) tied++;
    const node = this.cache.nodeById(nodes[place]);
    this.plain.storeResults(profile, signature, hint, node, () => this.plain.sortOthers(nodesOf(), totals, node));
    return { result: { node, evaluatedNodes, feasibleNodes: count, score: best + alike, tied } };
  }

  /** Search and choice in one pass, where each node's own score decides. */
  private scheduleInOnePass(
    evaluation: ProfileEvaluation,
    shape: ShapeEvaluation,
    values: NodeValues,
    state: CycleState,
    pod: PodInfo,
  ): CycleOutcome {
    const { order } = this.cache;
    const nodes = order.length;
    const wanted = numFeasibleNodesToFind(nodes, evaluation.profile.percentageOfNodesToScore);
    const { onePass } = this;
    onePass.run(shape, values, order, this.start.index % nodes, wanted);
    const { found, looked } = onePass;
    if (found === 0) return { diagnosis: this.diagnose(evaluation, shape, values, true, undefined, state, pod) };
    this.start.index = onePass.end;
    const node = this.cache.nodeById(onePass.id);
    if (found === 1) return { result: { node, evaluatedNodes: looked, feasibleNodes: 1 } };
    return { result: { node, evaluatedNodes: looked, feasibleNodes: found, score: onePass.best + shape.alike, tied: onePass.tied } };
  }

  private evaluationOf(profile: Profile): ProfileEvaluation {
    if (this.last?.profile === profile) return this.last;
    let evaluation = this.evaluations.get(profile);
    if (evaluation === undefined) this.evaluations.set(profile, (evaluation = new ProfileEvaluation(profile, this.options.memoryBudget)));
    return (this.last = evaluation);
  }

  private isCommon(evaluation: ProfileEvaluation, { namesNode, shape }: PodInfo): boolean {
    if (!evaluation.fits || !evaluation.profile.scores || namesNode) return false;
    return shape.spec.affinity === undefined || namedNodes(shape) === undefined;
  }

  private isRejected(shape: ShapeEvaluation, values: NodeValues, rejects: Rejects | undefined, id: number): boolean {
    return values.valueOf(id) < 0 || shape.checkRules(id) !== 0 || rejects?.(id) === true;
  }

  /** A filter that fails ends the search; the next one begins at the node where it did. */
  private isRejection(status: Status | undefined, id: number): boolean {
    if (status?.code === "Error") {
      this.start.index = this.cache.order.indexOf(id);
      throw new CycleFailure(status.message);
    }
    return status !== undefined;
  }

  /**
   * A node that was hinted at in vain counts as looked at, though the search from `start` on did not come to it. Returns whether it did not.
   */
  private countHint({ id }: NodeInfo, start: number, looked: number): boolean {
    const { order } = this.cache;
    const steps = (order.indexOf(id) - start + order.length) % order.length;
    if (steps < looked) return false;
    this.start.index = (this.start.index + 1) % order.length;
    return true;
  }

  /** Why no node is feasible: every node was judged. */
  private diagnose(
    evaluation: ProfileEvaluation,
    shape: ShapeEvaluation,
    values: NodeValues,
    isPlainIdle: boolean,
    nominated: NominatedNodes | undefined,
    state: CycleState,
    pod: PodInfo,
  ): Diagnosis {
    const { profile, codes } = evaluation;
    if (!evaluation.keepsFilterOrder || !isPlainIdle) return this.plain.diagnose(profile, state.reset(), pod);
    const preFilter = (): void => void profile.runPreFilter(state.reset(), pod);
    const { value } = values;
    if (nominated === undefined && shape.checks.length === 0)
      return diagnosisFrom(this.cache, codes, values.rejections, (id) => -value[id], preFilter);
    const found = new Uint16Array(this.cache.idBound);
    const { order } = this.cache;
    for (const id of order)
      found[id] = nominated?.has(id) === true ? nominated.codeOf(id) : value[id] < 0 ? -value[id] : shape.checkRules(id);
    const counts = new Int32Array(codes.bound);
    for (const id of order) counts[found[id]]++;
    return diagnosisFrom(this.cache, codes, counts, (id) => found[id], preFilter);
  }
}
