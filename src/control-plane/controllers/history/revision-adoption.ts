/**
 * Revisions that an earlier owner of that name has left behind become the present one's.
 *
 * Source: kubernetes pkg/controller/history/controller_history.go (AdoptControllerRevision) and pkg/controller/controller_ref_manager.go
 * (ClaimControllerRevisions).
 */
import { compileLabelSelector } from "../../../api/selector.js";
import type { ControllerRevision, DaemonSet, StatefulSet } from "../../../api/types/index.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import { checkAdoption } from "../adoption.js";
import type { ApiCalls } from "../api-calls.js";
import { ORPHANS } from "../orphans.js";
import { controllerReference } from "../owner-references.js";
import type { Task } from "../task.js";

type Owner = DaemonSet | StatefulSet;

/** Revisions without a controller that the owner's selector matches. @param revisions with the index {@link ORPHANS} */
export function orphanRevisions(revisions: Informer<ControllerRevision>, owner: Owner): ControllerRevision[] {
  const matches = compileLabelSelector(owner.spec.selector);
  return [...revisions.byIndex(ORPHANS, owner.metadata.namespace!)].filter(({ metadata }) => matches(metadata.labels));
}

/** Makes the owner the controller of all of them; returns them as the API server answered them. @throws ApiError where the owner may adopt nothing any more */
export function* adoptRevisions(calls: ApiCalls, orphans: readonly ControllerRevision[], owner: Owner): Task<ControllerRevision[]> {
  const adopted: ControllerRevision[] = [];
  if (orphans.length === 0) return adopted;
  yield* checkAdoption(calls, owner);
  const reference = controllerReference(owner);
  for (const orphan of orphans) {
    adopted.push(
      yield* calls.patch<"ControllerRevision">(targetOf<"ControllerRevision">(orphan), (revision) => ({
        ...revision,
        metadata: { ...revision.metadata, ownerReferences: [...(revision.metadata.ownerReferences ?? []), reference] },
      })),
    );
  }
  return adopted;
}
