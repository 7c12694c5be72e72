/** kubectl rollout status, pause, resume, restart: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/ */
import { formatTimestamp } from "../../api/duration.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { DaemonSet, Deployment, StatefulSet } from "../../api/types/workloads.js";
import { qualifiedResource } from "../../control-plane/apiserver/status-errors.js";
import { flag, type Flag } from "./flags.js";
import { templateOf, withTemplate } from "./pod-template.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import { attempt, forEachObject, parseSelection, resolve } from "./selection.js";
import { OBJECT_FILE_FLAGS, SELECTOR_FLAG } from "./selection-flags.js";
import { KubectlError } from "./kubectl-error.js";
import { type AnyObject, type KubectlSession } from "./session.js";
import type { Script } from "./script.js";
import type { Verb } from "./verb.js";

/** Source: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-restart-at */
const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

const ROLLOUT_FLAGS: readonly Flag[] = [...OBJECT_FILE_FLAGS, SELECTOR_FLAG];

export interface RolloutProgress {
  readonly message: string;
  readonly done: boolean;
}

/**
 * How far a roll-out is, in kubectl's words: kubectl/pkg/polymorphichelpers/rollout_status.go.
 *
 * @param revision of a Deployment that must be the running one; 0: whichever is
 * @throws KubectlError where it cannot end well, or the kind has no roll-outs
 */
export function rolloutProgress(object: AnyObject, revision = 0): RolloutProgress {
  switch (object.kind) {
    case "Deployment":
      return deploymentProgress(object, revision);
    case "DaemonSet":
      return daemonSetProgress(object);
    case "StatefulSet":
      return statefulSetProgress(object);
    default:
      throw new KubectlError(`no status viewer has been implemented for ${object.kind}`);
  }
}

function waiting(message: string): RolloutProgress {
  return { message, done: false };
}

/** Source of the name: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const REVISION = "deployment.kubernetes.io/revision";

function deploymentProgress({ metadata, spec, status = {} }: Deployment, wantedRevision: number): RolloutProgress {
  const revision = Number(metadata.annotations?.[REVISION] ?? 0);
  if (wantedRevision > 0 && wantedRevision !== revision)
    throw new KubectlError(`desired revision (${wantedRevision}) is different from the running revision (${revision})`);
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) return waiting("Waiting for deployment spec update to be observed...");
  if (
    status.conditions?.some((condition) => condition.type === "Progressing" && condition.reason === "ProgressDeadlineExceeded") === true
  ) {
    throw new KubectlError(`deployment "${metadata.name}" exceeded its progress deadline`);
  }
  const { updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status;
  const wanted = spec.replicas ?? 1;
  const wait = (how: string) => waiting(`Waiting for deployment "${metadata.name}" rollout to finish: ${how}...`);
  if (updated < wanted) return wait(`${updated} out of ${wanted} new replicas have been updated`);
  if (replicas > updated) return wait(`${replicas - updated} old replicas are pending termination`);
  if (available < updated) return wait(`${available} of ${updated} updated replicas are available`);
  return { message: `deployment "${metadata.name}" successfully rolled out`, done: true };
}

function daemonSetProgress({ metadata, spec, status }: DaemonSet): RolloutProgress {
  if (spec.updateStrategy?.type === "OnDelete") throw new KubectlError("rollout status is only available for RollingUpdate strategy type");
  if (status === undefined || (metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return waiting("Waiting for daemon set spec update to be observed...");
  const { updatedNumberScheduled: updated = 0, desiredNumberScheduled: wanted, numberAvailable: available = 0 } = status;
  const wait = (how: string) => waiting(`Waiting for daemon set "${metadata.name}" rollout to finish: ${how}...`);
  if (updated < wanted) return wait(`${updated} out of ${wanted} new pods have been updated`);
  if (available < wanted) return wait(`${available} of ${wanted} updated pods are available`);
  return { message: `daemon set "${metadata.name}" successfully rolled out`, done: true };
}

function statefulSetProgress({ metadata, spec, status }: StatefulSet): RolloutProgress {
  if (spec.updateStrategy?.type === "OnDelete") throw new KubectlError("rollout status is only available for RollingUpdate strategy type");
  if (status === undefined || (metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return waiting("Waiting for statefulset spec update to be observed...");
  const wanted = spec.replicas ?? 1;
  const { readyReplicas: ready = 0, updatedReplicas: updated = 0 } = status;
  if (ready < wanted) return waiting(`Waiting for ${wanted - ready} pods to be ready...`);
  const { rollingUpdate } = spec.updateStrategy ?? {};
  if (rollingUpdate !== undefined) {
    const { partition = 0 } = rollingUpdate;
    if (updated < wanted - partition)
      return waiting(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...`);
    return { message: `partitioned roll out complete: ${updated} new pods have been updated...`, done: true };
  }
  if (status.updateRevision !== status.currentRevision)
    return waiting(`waiting for statefulset rolling update to complete ${updated} pods at revision ${status.updateRevision ?? ""}...`);
  return {
    message: `statefulset rolling update complete ${status.currentReplicas ?? 0} pods at revision ${status.currentRevision ?? ""}...`,
    done: true,
  };
}

/** Prints how far the roll-out is, now and at each change of the object, until it is done. */
function* watchRollout(session: KubectlSession, first: AnyObject, revision: number, deadline: number | undefined): Script<void> {
  const { namespace, name } = first.metadata;
  const target = { kind: first.kind as "Deployment", ...(namespace !== undefined && { namespace }), name };
  const ended = yield* session.follow(
    target,
    (object) => {
      if (object === undefined) throw new KubectlError("object has been deleted");
      const progress = rolloutProgress(object, revision);
      session.print(progress.message);
      return progress.done ? progress : undefined;
    },
    deadline,
  );
  if (ended === undefined) throw new KubectlError("timed out waiting for the condition");
}

export const rolloutStatus: Verb = {
  name: "rollout status",
  flags: [...ROLLOUT_FLAGS, flag("watch", "boolean", { short: "w" }), flag("timeout", "duration"), flag("revision", "integer")],
  prepare(given, context) {
    const selection = parseSelection(given, context);
    const isWatching = given.text("watch") !== "false";
    const timeout = given.duration("timeout") ?? 0;
    const revision = given.integer("revision") ?? 0;
    return function* (session) {
      const deadline = timeout === 0 ? undefined : session.start + timeout;
      for (const object of yield* resolve(session, selection)) {
        if (isWatching) yield* attempt(session, watchRollout(session, object, revision, deadline));
        else session.print(rolloutProgress(object, revision).message);
      }
    };
  },
};

/** Source of the form: kubectl/pkg/cmd/rollout/rollout_restart.go */
function unsupported({ kind, metadata }: AnyObject, why: string): KubectlError {
  return new KubectlError(`error: ${qualifiedResource(kind)} ${JSON.stringify(metadata.name)} ${why}`);
}

/** Sets or takes away spec.paused of Deployments. */
function pauseVerb(name: "pause" | "resume"): Verb {
  const paused = name === "pause";
  return {
    name: `rollout ${name}`,
    flags: [...ROLLOUT_FLAGS, ...OUTCOME_FLAGS],
    prepare(given, context) {
      const outcome = new Outcome(given);
      const selection = parseSelection(given, context);
      return (session) =>
        forEachObject(session, selection, function* (object) {
          if (object.kind !== "Deployment") throw unsupported(object, `${paused ? "pausing" : "resuming"} is not supported`);
          if ((object.spec.paused ?? false) === paused) throw unsupported(object, `is ${paused ? "already" : "not"} paused`);
          const edit = (stored: ApiObject) => ({ ...stored, spec: { ...(stored as Deployment).spec, paused } }) as Deployment;
          yield* outcome.change(session, object, edit, paused ? "paused" : "resumed");
        });
    },
  };
}

export const rolloutPause = pauseVerb("pause");
export const rolloutResume = pauseVerb("resume");

export const rolloutRestart: Verb = {
  name: "rollout restart",
  flags: [...ROLLOUT_FLAGS, ...OUTCOME_FLAGS],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const selection = parseSelection(given, context);
    return (session) =>
      forEachObject(session, selection, function* (object) {
        if (object.kind !== "Deployment" && object.kind !== "DaemonSet" && object.kind !== "StatefulSet")
          throw unsupported(object, "restarting is not supported");
        if (object.kind === "Deployment" && object.spec.paused === true)
          throw unsupported(object, "can't restart paused deployment (run rollout resume first)");
        const restartedAt = formatTimestamp(session.clock);
        const edit = (stored: ApiObject) => {
          const template = templateOf(stored)!;
          return withTemplate(stored, {
            ...template,
            metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [RESTARTED_AT]: restartedAt } },
          });
        };
        yield* outcome.change(session, object, edit, "restarted");
      });
  },
};
