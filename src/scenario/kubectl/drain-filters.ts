/**
 * Which pods a drain of a node takes away, and which it leaves or refuses to touch.
 *
 * Source: kubectl/pkg/drain/filters.go.
 */
import { controllerOf } from "../../api/owner-references.js";
import { hasEnded } from "../../api/pod-phase.js";
import type { OwnerReference } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import { SECOND } from "../../engine/simulation.js";
import type { DryRun } from "./outcome.js";
import type { Script } from "./script.js";
import type { KubectlSession } from "./session.js";

/** Annotation of pods that a kubelet made from a file: they cannot be evicted. */
const MIRROR_POD = "kubernetes.io/config.mirror";

export interface DrainOptions {
  readonly ignoreDaemonSets: boolean;
  readonly force: boolean;
  readonly deleteEmptyDirData: boolean;
  readonly disableEviction: boolean;
  /** Seconds; -1 or absent: each pod's own. */
  readonly gracePeriodSeconds?: number;
  /** 0 or absent: no end. */
  readonly timeout?: number;
  readonly podSelector?: string;
  /** "client" evicts nothing, "server" asks without effect. */
  readonly dryRun?: DryRun;
  /** Seconds; pods that have been terminating for longer are not waited for. 0 or absent: all are. */
  readonly skipWaitForDeleteTimeout?: number;
}

export interface Choice {
  readonly pods: readonly Pod[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

/** Kinds of pods that need a flag, in the order in which drain names them in an error. */
type Verdict = { readonly remove: boolean; readonly warning?: string; readonly error?: string };

const DAEMON_SET_WARNING = "ignoring DaemonSet-managed Pods";
const DAEMON_SET_ERROR = "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
const LOCAL_STORAGE_ERROR = "cannot delete Pods with local storage (use --delete-emptydir-data to override)";
const UNMANAGED_WARNING = "deleting Pods that declare no controller";
const UNMANAGED_ERROR = "cannot delete Pods that declare no controller (use --force to override)";

export function* choosePods(session: KubectlSession, pods: readonly Pod[], options: DrainOptions): Script<Choice> {
  const chosen: Pod[] = [];
  const warnings = new Map<string, string[]>();
  const errors = new Map<string, string[]>();
  for (const pod of pods) {
    const verdict = yield* judge(session, pod, options);
    const id = `${pod.metadata.namespace!}/${pod.metadata.name}`;
    if (verdict.error !== undefined) errors.set(verdict.error, [...(errors.get(verdict.error) ?? []), id]);
    else if (verdict.remove) chosen.push(pod);
    if (verdict.error === undefined && verdict.warning !== undefined)
      warnings.set(verdict.warning, [...(warnings.get(verdict.warning) ?? []), id]);
  }
  const texts = (groups: ReadonlyMap<string, readonly string[]>) =>
    [...groups].map(([reason, ids]) => `${reason}: ${ids.join(", ")}`).sort();
  return {
    pods: chosen,
    warnings: [...warnings].map(([reason, ids]) => `${reason}: ${ids.join(", ")}`).sort(byWarningOrder),
    errors: texts(errors),
  };
}

function byWarningOrder(a: string, b: string): number {
  return Number(b.startsWith(DAEMON_SET_WARNING)) - Number(a.startsWith(DAEMON_SET_WARNING));
}

function* judge(session: KubectlSession, pod: Pod, options: DrainOptions): Script<Verdict> {
  if (isSkipped(session, pod, options)) return { remove: false };
  const finished = hasEnded(pod);
  const controller = controllerOf(pod);
  if (controller?.kind === "DaemonSet" && !finished) {
    if (yield* exists(session, controller, pod.metadata.namespace!)) {
      return options.ignoreDaemonSets ? { remove: false, warning: DAEMON_SET_WARNING } : { remove: false, error: DAEMON_SET_ERROR };
    }
    if (!options.force) return { remove: false, error: DAEMON_SET_ERROR };
  }
  if (pod.metadata.annotations?.[MIRROR_POD] !== undefined) return { remove: false };
  if (!finished && !options.deleteEmptyDirData && (pod.spec.volumes ?? []).some((volume) => volume.emptyDir !== undefined))
    return { remove: false, error: LOCAL_STORAGE_ERROR };
  if (controller === undefined && !finished)
    return options.force ? { remove: true, warning: UNMANAGED_WARNING } : { remove: false, error: UNMANAGED_ERROR };
  return { remove: true };
}

function* exists(session: KubectlSession, owner: OwnerReference, namespace: string): Script<boolean> {
  return (yield* session.find({ kind: "DaemonSet", namespace, name: owner.name })) !== undefined;
}

/** Whether the pod has been terminating for longer than anybody waits for. */
export function isSkipped(
  session: KubectlSession,
  { metadata: { deletionTimestamp } }: Pod,
  { skipWaitForDeleteTimeout: patience = 0 }: DrainOptions,
): boolean {
  return patience > 0 && deletionTimestamp !== undefined && session.clock - deletionTimestamp > patience * SECOND;
}
