/** kubectl rollout history and undo: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment */
import { isDeepStrictEqual } from "node:util";
import { isControlledBy } from "../../api/owner-references.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { PodTemplateSpec } from "../../api/types/pod.js";
import type { ControllerRevision, ReplicaSet } from "../../api/types/workloads.js";
import { podTemplateLines } from "./describe/pod.js";
import { flag } from "./flags.js";
import { templateOf, withoutTemplateHash, withTemplate } from "./pod-template.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { forEachObject, parseSelection } from "./selection.js";
import { OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { KubectlError } from "./kubectl-error.js";
import { type AnyObject, displayNameOf, type KubectlSession } from "./session.js";
import { mergeStrategically } from "./strategic-merge.js";
import type { Script } from "./script.js";
import { ColumnWriter } from "./table.js";
import type { Verb } from "./verb.js";

/** Source of the names: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const REVISION = "deployment.kubernetes.io/revision";
const CHANGE_CAUSE = "kubernetes.io/change-cause";
/** Annotations that are the Deployment's or the ReplicaSet's own: annotationsToSkip in kubectl/pkg/polymorphichelpers/rollback.go. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
]);

export interface Revision {
  readonly number: number;
  readonly changeCause?: string;
  /** The object with the template of that revision. */
  restore(object: ApiObject): ApiObject;
  readonly template?: PodTemplateSpec;
}

/** Revisions of a Deployment, DaemonSet or StatefulSet, oldest first. @throws KubectlError for other kinds */
export function* revisionsOf(session: KubectlSession, object: AnyObject): Script<readonly Revision[]> {
  const isOwned = (one: ApiObject) => isControlledBy(one, object);
  const cause = (one: ApiObject) => {
    const text = one.metadata.annotations?.[CHANGE_CAUSE];
    return text === undefined ? {} : { changeCause: text };
  };
  if (object.kind === "Deployment") {
    const replicaSets = (yield* session.list("ReplicaSet", object.metadata.namespace)).filter(isOwned);
    return sorted(
      replicaSets.map((one: ReplicaSet) => {
        const template = withoutTemplateHash(one.spec.template);
        return {
          number: Number(one.metadata.annotations?.[REVISION] ?? 0),
          ...cause(one),
          template: one.spec.template,
          restore: (current: ApiObject) => withAnnotationsOf(one, withTemplate(current, template)),
        };
      }),
    );
  }
  if (object.kind === "DaemonSet" || object.kind === "StatefulSet") {
    const revisions = (yield* session.list("ControllerRevision", object.metadata.namespace)).filter(isOwned);
    return sorted(
      revisions.map((one: ControllerRevision) => ({
        number: one.revision,
        ...cause(one),
        restore: (current: ApiObject) => mergeStrategically(current, one.data ?? {}) as ApiObject,
      })),
    );
  }
  throw new KubectlError(`no history viewer has been implemented for ${object.kind}`);
}

/** A rollback brings the revision's annotations back, too: Rollback in kubectl/pkg/polymorphichelpers/rollback.go. */
function withAnnotationsOf(revision: ReplicaSet, object: ApiObject): ApiObject {
  const kept = Object.entries(object.metadata.annotations ?? {}).filter(([name]) => OWN_ANNOTATIONS.has(name));
  const restored = Object.entries(revision.metadata.annotations ?? {}).filter(([name]) => !OWN_ANNOTATIONS.has(name));
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries([...kept, ...restored]) } };
}

function sorted(revisions: readonly Revision[]): readonly Revision[] {
  return revisions.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number);
}

/** Distance of the columns of a history. Source: kubectl/pkg/polymorphichelpers/history.go tabbedString */
const HISTORY_GAP = 2;

export const rolloutHistory: Verb = {
  name: "rollout history",
  flags: [...OBJECT_FILE_FLAGS, SELECTOR_FLAG, flag("revision", "integer")],
  prepare(given, context) {
    const selection = parseSelection(given, context);
    const wanted = given.integer("revision") ?? 0;
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const revisions = yield* revisionsOf(session, object);
        if (wanted === 0) {
          session.print(`${displayNameOf(object)} `);
          const rows = revisions.map(({ number, changeCause }) => [String(number), changeCause ?? "<none>"]);
          for (const line of new ColumnWriter(HISTORY_GAP, 0).align([["REVISION", "CHANGE-CAUSE"], ...rows])) session.print(line);
          session.print("");
          return;
        }
        const revision = revisions.find(({ number }) => number === wanted);
        if (revision === undefined) throw new KubectlError(`unable to find the specified revision`);
        session.print(`${displayNameOf(object)} with revision #${wanted}`);
        for (const line of podTemplateLines(revision.template ?? templateOf(revision.restore(object)))) session.print(line);
        session.print("");
      });
  },
};

export const rolloutUndo: Verb = {
  name: "rollout undo",
  flags: [...OBJECT_FILE_FLAGS, SELECTOR_FLAG, ...OUTCOME_FLAGS, flag("to-revision", "integer")],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const selection = parseSelection(given, context);
    const wanted = given.integer("to-revision") ?? 0;
    return (session) =>
      forEachObject(session, selection, function* (object) {
        const revision = yield* revisionToRestore(session, object, wanted);
        if (outcome.isLocal) {
          const intention = object.kind === "Deployment" ? "" : "will roll back to ";
          const [first, ...rest] = podTemplateLines(revision.template ?? templateOf(revision.restore(object)));
          for (const line of [`${displayNameOf(object)} ${intention}${first}`, ...rest, " (dry run)"]) session.print(line);
          return;
        }
        if (object.kind === "Deployment" && object.spec.paused === true) {
          const resume = `kubectl rollout resume deployment/${object.metadata.name}`;
          throw new KubectlError(`you cannot rollback a paused deployment; resume it first with '${resume}' and try again`);
        }
        if (isDeepStrictEqual(templateOf(revision.restore(object)), templateOf(object)))
          outcome.tell(session, object, `skipped rollback (current template already matches revision ${wanted})`);
        else yield* outcome.change(session, object, (stored) => revision.restore(stored), "rolled back");
      });
  },
};

/** The revision asked for; the last but one where none is. */
function* revisionToRestore(session: KubectlSession, object: AnyObject, wanted: number): Script<Revision> {
  const revisions = yield* revisionsOf(session, object);
  if (wanted > 0) {
    const found = revisions.find(({ number }) => number === wanted);
    if (found === undefined) throw new KubectlError(`unable to find specified revision ${wanted} in history`);
    return found;
  }
  const previous = revisions.at(-2);
  if (previous === undefined)
    throw new KubectlError(
      object.kind === "Deployment"
        ? `no rollout history found for deployment ${JSON.stringify(object.metadata.name)}`
        : "no last revision to roll back to",
    );
  return previous;
}
