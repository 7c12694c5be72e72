/**
 * Revisions of a Deployment, kept as annotations of its ReplicaSets.
 *
 * Source: kubernetes pkg/controller/deployment/util/deployment_util.go (SetNewReplicaSetAnnotations).
 */
import type { Deployment, ReplicaSet } from "../../../api/types/index.js";
import { byCreation, DESIRED_REPLICAS, MAX_REPLICAS } from "./replica-sets.js";
import { replicasOf, rollingBounds } from "./rolling-update.js";

export const REVISION = "deployment.kubernetes.io/revision";
/** Earlier revisions of a ReplicaSet that was rolled back to, separated by commas. */
export const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
/** Greatest length of the revision history in characters. Source: maxRevHistoryLengthInChars in sync.go. */
const HISTORY_LENGTH = 2000;
/** Old ReplicaSets that are kept where the manifest does not say. Source: apps/v1 defaulting of deployments. */
const DEFAULT_HISTORY_LIMIT = 10;

/** Annotations of a Deployment that its ReplicaSets do not inherit. */
const OWN_ANNOTATIONS = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

type Annotations = Readonly<Record<string, string>>;

/** The revision of a ReplicaSet, 0 where it has none. */
export function revisionOf(object: { readonly metadata: { readonly annotations?: Annotations } }): number {
  const text = object.metadata.annotations?.[REVISION];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

export function greatestRevision(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((greatest, replicaSet) => Math.max(greatest, revisionOf(replicaSet)), 0);
}

/** Annotations that say how large the Deployment is; the same object where they are up to date. */
export function withReplicaAnnotations(annotations: Annotations | undefined, deployment: Deployment): Annotations {
  const desired = String(replicasOf(deployment));
  const max = String(replicasOf(deployment) + rollingBounds(deployment.spec).maxSurge);
  if (annotations?.[DESIRED_REPLICAS] === desired && annotations[MAX_REPLICAS] === max) return annotations;
  return { ...annotations, [DESIRED_REPLICAS]: desired, [MAX_REPLICAS]: max };
}

function inherited(annotations: Annotations | undefined, deployment: Deployment): Annotations | undefined {
  let result = annotations;
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!OWN_ANNOTATIONS.has(name) && result?.[name] !== value) result = { ...result, [name]: value };
  }
  return result;
}

function extendedHistory(history: string | undefined, revision: string): string {
  if (history === undefined || history === "") return revision;
  let revisions = history.split(",");
  while (revisions.length > 0 && [...revisions, revision].join(",").length > HISTORY_LENGTH) revisions = revisions.slice(1);
  return [...revisions, revision].join(",");
}

/** Annotations of the new ReplicaSet under a revision; the same object where nothing changes. A revision never goes back. */
export function newReplicaSetAnnotations(
  annotations: Annotations | undefined,
  deployment: Deployment,
  revision: number,
): Annotations | undefined {
  const result = inherited(annotations, deployment);
  const previous = annotations?.[REVISION];
  if (previous !== undefined && !/^\d*$/.test(previous)) return annotations;
  if (Number(previous ?? 0) >= revision) return result;
  const renewed = { ...result, [REVISION]: String(revision) };
  return previous === undefined ? renewed : { ...renewed, [REVISION_HISTORY]: extendedHistory(result?.[REVISION_HISTORY], previous) };
}

/** The oldest revisions above the history limit that have no pods left and were seen to. Source: cleanupDeployment in sync.go. */
export function beyondHistory({ spec }: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const limit = spec.revisionHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  const candidates = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  candidates.sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b));
  return candidates
    .slice(0, Math.max(0, candidates.length - limit))
    .filter(
      (replicaSet) =>
        (replicaSet.status?.replicas ?? 0) === 0 &&
        replicasOf(replicaSet) === 0 &&
        (replicaSet.metadata.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0),
    );
}
