/**
 * The revisions of a StatefulSet's template: found, made, taken over from an earlier set of that name, and given up when they are too many.
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set_control.go (getStatefulSetRevisions, truncateHistory), stateful_set.go
 * (adoptOrphanRevisions) and pkg/controller/history/controller_history.go.
 */
import type { ControllerRevision, Pod, StatefulSet } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { byRevision, HISTORY_HASH_LABEL, keepsTemplate, newRevision, surplusRevisions } from "../history/controller-history.js";
import { adoptRevisions, orphanRevisions } from "../history/revision-adoption.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { BY_OWNER, controlledBy, ownerUids } from "../owner-references.js";
import { revisionHash } from "../pod-template-hash.js";
import { unless, type Task } from "../task.js";
import { revisionOfPod } from "./stateful-pod.js";
import type { StatefulRevisions } from "./stateful-status.js";

/** Source: SetDefaults_StatefulSet in kubernetes pkg/apis/apps/v1/defaults.go. */
const DEFAULT_HISTORY_LIMIT = 10;

export class StatefulHistory {
  constructor(
    private readonly calls: ApiCalls,
    private readonly revisions: Informer<ControllerRevision>,
  ) {
    revisions.addIndex(BY_OWNER, ownerUids);
    revisions.addIndex(ORPHANS, orphanNamespace);
  }

  /** Revisions without a controller whose labels the set selects become its own. */
  *adoptOrphans(set: StatefulSet): Task<void> {
    yield* adoptRevisions(this.calls, orphanRevisions(this.revisions, set), set);
  }

  /** The revisions before and after the present update; makes the latter where no revision keeps the set's template. */
  *find(set: StatefulSet): Task<StatefulRevisions> {
    const all = [...controlledBy(this.revisions, set.metadata.uid!), ...orphanRevisions(this.revisions, set)].sort(byRevision);
    const equal = all.filter((revision) => keepsTemplate(revision, set.spec.template)).at(-1);
    const next = (all.at(-1)?.revision ?? 0) + 1;
    let update = equal;
    let collisionCount = set.status?.collisionCount ?? 0;
    if (equal !== undefined && equal !== all.at(-1)) update = yield* this.calls.update<"ControllerRevision">({ ...equal, revision: next });
    while (update === undefined) {
      update = yield* this.create(set, next, collisionCount);
      if (update === undefined) collisionCount++;
    }
    const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    return { current, update, all, collisionCount };
  }

  /** Undefined where the name belongs to another template's revision. */
  private *create(set: StatefulSet, revision: number, collisionCount: number): Task<ControllerRevision | undefined> {
    const wished = newRevision(set, revision, revisionHash(set.spec.template, collisionCount), HISTORY_HASH_LABEL);
    const created = yield* unless(["AlreadyExists"], this.calls.create<"ControllerRevision">(wished));
    if (created !== undefined) return created;
    const present = yield* this.calls.get<"ControllerRevision">(targetOf<"ControllerRevision">(wished));
    return keepsTemplate(present, set.spec.template) ? present : undefined;
  }

  /** Deletes the oldest revisions that no pod is of, down to the set's limit. */
  *truncate(set: StatefulSet, pods: readonly Pod[], { current, update, all }: StatefulRevisions): Task<void> {
    const limit = set.spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
    if (limit < 0 || all.length <= limit) return;
    const live = new Set([current.metadata.name, update.metadata.name, ...pods.map((pod) => revisionOfPod(pod) ?? "")]);
    for (const revision of surplusRevisions(all, live, limit)) {
      yield* unless(["NotFound"], this.calls.delete<"ControllerRevision">(targetOf<"ControllerRevision">(revision)));
    }
  }
}
