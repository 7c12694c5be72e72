/**
 * The templates that a DaemonSet has had, as ControllerRevisions.
 *
 * Source: kubernetes pkg/controller/daemon/update.go (constructHistory, cleanupHistory).
 */
import { objectKey } from "../../../api/kinds.js";
import type { ControllerRevision, DaemonSet, Pod } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { byRevision, keepsTemplate, newRevision, REVISION_HASH_LABEL, surplusRevisions } from "../history/controller-history.js";
import { BY_OWNER, controlledBy, ownerUids } from "../owner-references.js";
import { podTemplateHash } from "../pod-template-hash.js";
import { RetryLater, unless, type Task } from "../task.js";

/** Revisions that are kept where the manifest does not say. Source: apps/v1 defaulting of DaemonSets. */
const DEFAULT_HISTORY_LIMIT = 10;

export interface DaemonRevisions {
  /** That of the present template. */
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

export class DaemonHistory {
  constructor(
    private readonly calls: ApiCalls,
    private readonly revisions: Informer<ControllerRevision>,
    private readonly pods: Informer<Pod>,
  ) {
    revisions.addIndex(BY_OWNER, ownerUids);
  }

  /** The revision of the present template, made where there is none, and all others. */
  *revisionsOf(daemonSet: DaemonSet): Task<DaemonRevisions> {
    const all = [...controlledBy(this.revisions, daemonSet.metadata.uid!)].sort(byRevision);
    const matching = all.filter((revision) => keepsTemplate(revision, daemonSet.spec.template));
    const old = all.filter((revision) => !matching.includes(revision));
    const number = (old.at(-1)?.revision ?? 0) + 1;
    let current = matching.at(-1);
    if (current === undefined) {
      const wished = newRevision(daemonSet, number, podTemplateHash(daemonSet.spec.template, daemonSet.status?.collisionCount));
      const created = yield* unless(["AlreadyExists"], this.calls.create<"ControllerRevision">(wished));
      current = created ?? (yield* this.afterCollision(daemonSet, wished));
    } else if (current.revision < number) current = yield* this.calls.update<"ControllerRevision">({ ...current, revision: number });
    return { current, old };
  }

  private *afterCollision(daemonSet: DaemonSet, wished: ControllerRevision): Task<ControllerRevision> {
    const { namespace, name } = wished.metadata;
    const present = yield* this.calls.get<"ControllerRevision">({ kind: "ControllerRevision", namespace: namespace!, name });
    if (keepsTemplate(present, daemonSet.spec.template)) return present;
    if (daemonSet.status !== undefined) {
      const collisionCount = (daemonSet.status.collisionCount ?? 0) + 1;
      yield* this.calls.updateStatus<"DaemonSet">({ ...daemonSet, status: { ...daemonSet.status, collisionCount } });
    }
    throw new RetryLater(`found a stale collision count of DaemonSet ${objectKey(daemonSet)}`);
  }

  /** Deletes the oldest revisions beyond the limit that no pod has. */
  *cleanUp(daemonSet: DaemonSet, old: readonly ControllerRevision[]): Task<void> {
    const limit = daemonSet.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
    if (old.length <= limit) return;
    const live = new Set<string | undefined>();
    for (const pod of controlledBy(this.pods, daemonSet.metadata.uid!)) live.add(pod.metadata.labels?.[REVISION_HASH_LABEL]);
    const inUse = new Set(
      old.filter(({ metadata }) => live.has(metadata.labels?.[REVISION_HASH_LABEL])).map(({ metadata }) => metadata.name),
    );
    for (const revision of surplusRevisions(old, inUse, limit)) {
      yield* unless(["NotFound"], this.calls.delete<"ControllerRevision">(targetOf<"ControllerRevision">(revision)));
    }
  }
}
