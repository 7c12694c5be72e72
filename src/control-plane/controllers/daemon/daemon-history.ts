/**
 * The templates that a DaemonSet has had, as ControllerRevisions.
 *
 * Source: kubernetes pkg/controller/daemon/update.go (constructHistory, cleanupHistory).
 */
import { objectKey } from "../../../api/kinds.js";
import type { ControllerRevision, DaemonSet, Pod } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { byRevision, keepsTemplate, newRevision, REVISION_HASH_LABEL } from "../history/controller-history.js";
import { adoptRevisions, orphanRevisions } from "../history/revision-adoption.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
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
    revisions.addIndex(ORPHANS, orphanNamespace);
  }

  /** The revision of the present template, made where there is none, and all others. */
  *revisionsOf(daemonSet: DaemonSet): Task<DaemonRevisions> {
    const own = [...controlledBy(this.revisions, daemonSet.metadata.uid!)];
    const orphans = daemonSet.metadata.deletionTimestamp === undefined ? orphanRevisions(this.revisions, daemonSet) : [];
    const all = [...own, ...(yield* adoptRevisions(this.calls, orphans, daemonSet))].sort(byRevision);
    const matching = all.filter((revision) => keepsTemplate(revision, daemonSet.spec.template));
    const old = all.filter((revision) => !matching.includes(revision));
    const number = (old.at(-1)?.revision ?? 0) + 1;
    const newest = matching.at(-1);
    if (newest === undefined) return { current: yield* this.create(daemonSet, number), old };
    yield* this.removeDuplicates(daemonSet, matching.slice(0, -1), newest);
    if (newest.revision < number) yield* this.calls.update<"ControllerRevision">({ ...newest, revision: number });
    return { current: newest, old };
  }

  private *create(daemonSet: DaemonSet, number: number): Task<ControllerRevision> {
    const { template } = daemonSet.spec;
    const hash = podTemplateHash(template, daemonSet.status?.collisionCount);
    const wished = newRevision(daemonSet, number, hash);
    const created = yield* unless(["AlreadyExists"], this.calls.create<"ControllerRevision">(wished));
    if (created !== undefined) return created;
    const present = yield* this.calls.get<"ControllerRevision">(targetOf<"ControllerRevision">(wished));
    if (keepsTemplate(present, template)) return present;
    const fresh = yield* this.calls.get<"DaemonSet">(targetOf<"DaemonSet">(daemonSet));
    if (fresh.status?.collisionCount === daemonSet.status?.collisionCount) {
      const collisionCount = (fresh.status?.collisionCount ?? 0) + 1;
      yield* this.calls.updateStatus<"DaemonSet">({ ...fresh, status: { ...fresh.status!, collisionCount } });
    }
    throw new RetryLater(`the revision ${wished.metadata.name} of DaemonSet ${objectKey(daemonSet)} is another template's`);
  }

  /** Of several revisions of one template the newest stays, and all pods are of it. */
  private *removeDuplicates(daemonSet: DaemonSet, duplicates: readonly ControllerRevision[], kept: ControllerRevision): Task<void> {
    const hash = kept.metadata.labels?.[REVISION_HASH_LABEL] ?? "";
    for (const duplicate of duplicates) {
      for (const pod of [...controlledBy(this.pods, daemonSet.metadata.uid!)]) {
        if (pod.metadata.labels?.[REVISION_HASH_LABEL] === hash) continue;
        const labels = { ...pod.metadata.labels, [REVISION_HASH_LABEL]: hash };
        yield* this.calls.update<"Pod">({ ...pod, metadata: { ...pod.metadata, labels } });
      }
      yield* this.calls.delete<"ControllerRevision">(targetOf<"ControllerRevision">(duplicate));
    }
  }

  /** Deletes the oldest revisions beyond the limit, of which those that a pod has stay. */
  *cleanUp(daemonSet: DaemonSet, old: readonly ControllerRevision[]): Task<void> {
    const surplus = old.length - (daemonSet.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT);
    if (surplus <= 0) return;
    const live = new Set<string | undefined>();
    for (const pod of controlledBy(this.pods, daemonSet.metadata.uid!)) live.add(pod.metadata.labels?.[REVISION_HASH_LABEL]);
    const unused = old.filter(({ metadata }) => !live.has(metadata.labels?.[REVISION_HASH_LABEL]));
    for (const revision of unused.slice(0, surplus)) {
      yield* this.calls.delete<"ControllerRevision">(targetOf<"ControllerRevision">(revision));
    }
  }
}
