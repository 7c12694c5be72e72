/** kubectl apply --prune: what was applied once and is in no manifest any more goes. Source: kubectl/pkg/cmd/apply/prune.go, kubectl/pkg/util/prune/prune.go */
import type { Kind } from "../../api/kinds.js";
import { labelSelectorMatches } from "../../api/selector.js";
import type { ApiObject, LabelSelector } from "../../api/types/meta.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { LAST_APPLIED } from "./last-applied.js";
import type { Outcome } from "./outcome.js";
import type { Script } from "./script.js";
import { attempt, selectorOf } from "./selection.js";
import { type AnyObject, type KubectlSession, targetOf } from "./session.js";
import { UsageError } from "./usage-error.js";

export const PRUNE_FLAGS: readonly Flag[] = [flag("prune", "boolean"), flag("all", "boolean"), flag("selector", "text", { short: "l" })];

const NAMESPACED: readonly Kind[] = [
  "ConfigMap",
  "Endpoints",
  "PersistentVolumeClaim",
  "Pod",
  "ReplicationController",
  "Secret",
  "Service",
  "Job",
  "CronJob",
  "Ingress",
  "DaemonSet",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
];
const CLUSTER_SCOPED: readonly Kind[] = ["Namespace", "PersistentVolume"];

export interface Pruning {
  /** Whether objects are pruned; else the selector chooses manifests alone. */
  readonly isAsked: boolean;
  readonly selector: LabelSelector | undefined;
  isMeant(object: ApiObject): boolean;
}

/** What -l and --prune ask for; undefined where neither is given. @throws UsageError */
export function pruningOf(given: Arguments): Pruning | undefined {
  const text = given.text("selector");
  const isAsked = given.isSet("prune");
  if (given.isSet("all") && text !== undefined) throw new UsageError("cannot set --all and --selector at the same time");
  if (isAsked && !given.isSet("all") && text === undefined) {
    throw new UsageError(
      "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
    );
  }
  const selector = text === undefined ? undefined : manifestSelectorOf(text);
  if (!isAsked && selector === undefined) return undefined;
  return { isAsked, selector, isMeant: ({ metadata }) => selector === undefined || labelSelectorMatches(selector, metadata.labels) };
}

/** A selector of manifests. Source of the wording: k8s.io/cli-runtime/pkg/resource/builder.go visitByPaths. @throws UsageError */
function manifestSelectorOf(text: string): LabelSelector {
  try {
    return selectorOf(text);
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(`the provided selector ${JSON.stringify(text)} is not valid: ${error.message}`)
      : error;
  }
}

/** Deletes what kubectl has applied once, in the namespaces of what it has applied now. */
export function* prune(
  session: KubectlSession,
  { isAsked, selector }: Pruning,
  applied: readonly ApiObject[],
  outcome: Outcome,
): Script<void> {
  if (!isAsked) return;
  const kept = new Set(applied.map(({ metadata }) => metadata.uid));
  const namespaces = new Set(applied.flatMap(({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace])));
  const isLeft = ({ metadata }: AnyObject) => metadata.annotations?.[LAST_APPLIED] !== undefined && !kept.has(metadata.uid);
  function* pruneOne(object: AnyObject): Script<void> {
    if (!outcome.isLocal) yield* session.delete(targetOf(object), { propagationPolicy: "Background" });
    outcome.tell(session, object, "pruned");
  }
  for (const [kinds, places] of [
    [NAMESPACED, [...namespaces]],
    [CLUSTER_SCOPED, [undefined]],
  ] as const) {
    for (const namespace of places) {
      for (const kind of kinds) {
        for (const object of (yield* session.list(kind, namespace, selector)).filter(isLeft)) yield* attempt(session, pruneOne(object));
      }
    }
  }
}
