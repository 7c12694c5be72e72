/**
 * ControllerRevisions: the templates that a DaemonSet or StatefulSet has had.
 *
 * Source: kubernetes pkg/controller/history/controller_history.go.
 */
import type { ApiObject, ControllerRevision, PodTemplateSpec } from "../../../api/types/index.js";
import { controllerReference } from "../owner-references.js";
import { sameValue } from "../same-value.js";

/** Label of pods and revisions with the revision's hash (DaemonSet) or name (StatefulSet). Source: apps/v1 ControllerRevisionHashLabelKey. */
export const REVISION_HASH_LABEL = "controller-revision-hash";

/** Label of a StatefulSet's revisions with the hash. Source: ControllerRevisionHashLabel in controller_history.go. */
export const HISTORY_HASH_LABEL = "controller.kubernetes.io/hash";

type Templated = ApiObject & { readonly spec: { readonly template: PodTemplateSpec } };

/** What a revision keeps: a patch that puts the whole template back. */
export function revisionData(template: PodTemplateSpec): Readonly<Record<string, unknown>> {
  return { spec: { template: { ...template, $patch: "replace" } } };
}

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  return (revision.data as { readonly spec?: { readonly template?: PodTemplateSpec } } | undefined)?.spec?.template;
}

export function keepsTemplate(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  const kept = templateOf(revision);
  if (kept === undefined) return false;
  return sameValue(kept.metadata, template.metadata) && (kept.spec === template.spec || sameValue(kept.spec, template.spec));
}

/**
 * @param hash of the template, which ends the revision's name
 * @param hashLabel under which the revision bears the hash
 */
export function newRevision(owner: Templated, revision: number, hash: string, hashLabel = REVISION_HASH_LABEL): ControllerRevision {
  const { template } = owner.spec;
  const { annotations } = owner.metadata;
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    data: revisionData(template),
    revision,
  };
}

/** Oldest first; ties by time of creation, then by name. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision ||
    (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0) ||
    (a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0)
  );
}

/** Revisions that are not in use any more and are more than the limit, oldest first. */
export function surplusRevisions(old: readonly ControllerRevision[], inUse: ReadonlySet<string>, limit: number): ControllerRevision[] {
  const unused = old.filter(({ metadata }) => !inUse.has(metadata.name)).sort(byRevision);
  return unused.slice(0, Math.max(0, unused.length - limit));
}
