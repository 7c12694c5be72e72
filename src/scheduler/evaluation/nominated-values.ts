/** The values of nodes for pods of one priority while pods that go before them are nominated to some of the nodes. */
import type { Cache } from "../cache/cache.js";
import type { Nominator } from "../queue/nominator.js";
import type { NodeEvaluation } from "./node-evaluation.js";
import { NodeValues } from "./node-values.js";
import type { NominatedTrials } from "./nominated-trials.js";
import type { StatusCodes } from "./status-codes.js";

export class NominatedValues extends NodeValues {
  /** Changes of nominations before this one were followed. */
  private followed: number;

  constructor(
    cache: Cache,
    codes: StatusCodes,
    /** What holds of the nodes without the nominated pods. */
    private readonly evaluation: NodeEvaluation,
    private readonly trials: NominatedTrials,
    private readonly nominator: Nominator,
    private readonly priority: number,
  ) {
    super(cache, codes);
    this.followed = nominator.changes;
  }

  override catchUp(): void {
    this.evaluation.catchUp();
    super.catchUp();
    const { cache, nominator } = this;
    if (this.followed === nominator.changes) return;
    const names = nominator.changesSince(this.followed);
    if (names === undefined) this.forgetAll();
    else {
      for (const name of names) {
        const node = cache.node(name);
        if (node !== undefined) this.forget(node.id);
      }
    }
    this.followed = nominator.changes;
  }

  /** A node has to pass with the nominated pods and without them: they may never come. */
  protected override judge(id: number): number {
    const node = this.cache.nodeById(id);
    const nominated = this.nominator.podsFor(node.name);
    if (nominated.some(({ priority }) => priority >= this.priority)) {
      const code = this.evaluation.judgeTrial(this.trials.of(node, nominated, this.priority));
      if (code !== 0) return -code;
    }
    return this.evaluation.valueOf(id);
  }

  protected override objectChanged(): void {
    // The evaluation without the nominated pods minds that.
  }

  protected override objectsChanged(): void {
    // The same.
  }
}
