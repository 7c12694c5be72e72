/**
 * kubectl drain: cordons a node and evicts its pods.
 *
 * Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ and kubectl/pkg/drain/drain.go.
 */
import { formatDuration } from "../../api/duration.js";
import { kindInfo } from "../../api/kinds.js";
import { parseSelector } from "../../api/selector.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import type { DeleteOptions, Result, Target } from "../../control-plane/apiserver/client.js";
import { SECOND } from "../../engine/simulation.js";
import { parseNodes, setSchedulable } from "./cordon.js";
import { choosePods, type Choice, type DrainOptions, isSkipped } from "./drain-filters.js";
import { flag } from "./flags.js";
import { answer, type Script, together } from "./script.js";
import { doneText, DRY_RUN_FLAG, dryRunOf } from "./outcome.js";
import { resolve, selectorOf } from "./selection.js";
import { KubectlError, ServerError } from "./kubectl-error.js";
import { displayName, displayNameOf, type KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb } from "./verb.js";

/** Wait before an eviction that a disruption budget forbids is tried again: kubectl/pkg/drain/drain.go. */
const RETRY_DELAY = 5 * SECOND;
/** How often drain looks whether an evicted pod has gone: kubectl/pkg/drain/drain.go. */
const POLL_INTERVAL = SECOND;
const POD = kindInfo("Pod")!;

export const drain: Verb = {
  name: "drain",
  flags: [
    flag("selector", "text", { short: "l" }),
    DRY_RUN_FLAG,
    flag("ignore-daemonsets", "boolean"),
    flag("force", "boolean"),
    flag("delete-emptydir-data", "boolean"),
    flag("grace-period", "integer"),
    flag("timeout", "duration"),
    flag("pod-selector", "text"),
    flag("disable-eviction", "boolean"),
    flag("skip-wait-for-delete-timeout", "integer"),
    flag("chunk-size", "integer"),
  ],
  prepare(given) {
    const nodes = parseNodes(given, "drain NODE");
    const podSelector = given.text("pod-selector");
    if (podSelector !== undefined) checkPodSelector(podSelector);
    const dryRun = dryRunOf(given);
    const gracePeriod = given.integer("grace-period");
    const timeout = given.duration("timeout");
    const options: DrainOptions = {
      ignoreDaemonSets: given.isSet("ignore-daemonsets"),
      force: given.isSet("force"),
      deleteEmptyDirData: given.isSet("delete-emptydir-data"),
      disableEviction: given.isSet("disable-eviction"),
      ...(gracePeriod !== undefined && gracePeriod >= 0 && { gracePeriodSeconds: gracePeriod }),
      ...(timeout !== undefined && timeout > 0 && { timeout }),
      ...(podSelector !== undefined && { podSelector }),
      dryRun,
      skipWaitForDeleteTimeout: given.integer("skip-wait-for-delete-timeout") ?? 0,
    };
    return function* (session) {
      const found = (yield* resolve(session, nodes)) as readonly Node[];
      // All nodes are found before any is touched: RunDrain follows RunCordonOrUncordon's look-up of kubectl/pkg/cmd/drain/drain.go.
      if (found.length < nodes.named.length) return;
      for (const node of found) yield* setSchedulable(session, node, false, dryRun);
      const pending: string[] = [];
      for (const node of found) {
        const { name } = node.metadata;
        try {
          yield* drainNode(session, node, options);
        } catch (error) {
          if (!(error instanceof KubectlError)) throw error;
          session.warn(`error: unable to drain node ${JSON.stringify(name)} due to error: ${error.message}, continuing command...`);
          session.fail(error);
          pending.push(name);
        }
      }
      if (pending.length > 0)
        for (const line of ["There are pending nodes to be drained:", ...pending.map((name) => ` ${name}`)]) session.warn(line);
    };
  },
};

function checkPodSelector(text: string): void {
  try {
    selectorOf(text);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError("--pod-selector=<pod_selector> must be a valid label selector");
    throw error;
  }
}

/** Several errors as Go's library joins them in one line, and kubectl prints them in a line each. */
class JoinedError extends KubectlError {
  constructor(private readonly parts: readonly string[]) {
    super(parts.length === 1 ? parts[0] : `[${parts.join(", ")}]`);
  }

  override get alone(): string {
    return this.parts.join("\n");
  }
}

/** Evicts the node's pods and waits until they have gone. @throws KubectlError where pods may not be deleted, or the time is up */
export function* drainNode(session: KubectlSession, node: Node, options: DrainOptions): Script<void> {
  const { dryRun = "none" } = options;
  const { pods, warnings, errors } = yield* podsToRemove(session, node, options);
  if (errors.length > 0) throw new JoinedError(errors);
  if (warnings.length > 0) session.warn(`Warning: ${warnings.join("; ")}`);
  if (dryRun === "client") {
    for (const { metadata } of pods) session.print(`evicting pod ${metadata.namespace!}/${metadata.name} (dry run)`);
  } else yield* removeAll(session, node, pods, options);
  session.print(`${displayNameOf(node)} ${doneText("drained", dryRun)}`);
}

function* podsToRemove(session: KubectlSession, node: Node, options: DrainOptions): Script<Choice> {
  const matches = options.podSelector === undefined ? undefined : parseSelector(options.podSelector);
  const all = yield* session.list("Pod");
  const onNode = all.filter((pod) => pod.spec.nodeName === node.metadata.name && (matches === undefined || matches(pod.metadata.labels)));
  return yield* choosePods(session, onNode, options);
}

/** @throws JoinedError when all have ended, after the pods that are left have been named. Source: kubectl/pkg/cmd/drain/drain.go deleteOrEvictPodsSimple */
function* removeAll(session: KubectlSession, node: Node, pods: readonly Pod[], options: DrainOptions): Script<void> {
  const deadline = options.timeout === undefined ? undefined : session.simulation.now + options.timeout;
  const problems: string[] = [];
  function* orTell(removal: Script<void>): Script<void> {
    try {
      yield* removal;
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error;
      problems.push(error.message);
    }
  }
  if (options.disableEviction) yield* orTell(deleteAll(session, pods, options));
  else yield* together(pods.map((pod) => orTell(evictPod(session, pod, options, deadline))));
  if (problems.length === 0) return;
  const failure = new JoinedError(problems);
  const left = yield* podsToRemove(session, node, options);
  if (left.pods.length > 0) {
    session.warn(`There are pending pods in node ${JSON.stringify(node.metadata.name)} when an error occurred: ${failure.message}`);
    for (const { metadata } of left.pods) session.warn(`pod/${metadata.name}`);
  }
  if (left.errors.length > 0) {
    session.warn("Following errors occurred while getting the list of pods to delete:");
    session.warn(new JoinedError(left.errors).message);
  }
  throw failure;
}

function deletionOf({ gracePeriodSeconds }: DrainOptions): DeleteOptions {
  return gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
}

function targetOfPod({ metadata }: Pod): Target<"Pod"> {
  return { kind: "Pod", namespace: metadata.namespace!, name: metadata.name };
}

/** Deletes the pods one after the other, and waits for all of them. @throws KubectlError of the first that is refused, or where the time is up. Source: deletePods in drain.go */
function* deleteAll(session: KubectlSession, pods: readonly Pod[], options: DrainOptions): Script<void> {
  for (const pod of pods) {
    const result = yield* answer<Result<Pod>>((done) => session.client.delete(targetOfPod(pod), deletionOf(options), done));
    if (!result.ok && result.status.reason !== "NotFound") throw new ServerError(result.status);
  }
  if (options.dryRun === "server") return;
  const deadline = options.timeout === undefined ? Number.POSITIVE_INFINITY : session.simulation.now + options.timeout;
  let left = pods;
  for (;;) {
    const pending: Pod[] = [];
    for (const pod of left) if (!(yield* isAway(session, pod, options))) pending.push(pod);
    if (pending.length === 0) return;
    left = pending;
    yield* session.sleep(Math.min(POLL_INTERVAL, Math.max(0, deadline - session.simulation.now)));
    if (session.simulation.now >= deadline) throw new KubectlError("timed out waiting for the condition");
  }
}

/** Evicts the pod, as soon as budgets let it go, and waits for its end. Source: evictPods in drain.go */
function* evictPod(session: KubectlSession, pod: Pod, options: DrainOptions, deadline: number | undefined): Script<void> {
  const { name } = pod.metadata;
  const namespace = pod.metadata.namespace!;
  const timedOut = () => `global timeout reached: ${formatDuration(options.timeout!)}`;
  const what = `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)}`;
  for (;;) {
    session.print(`evicting pod ${namespace}/${name}${options.dryRun === "server" ? " (server dry run)" : ""}`);
    if (isOver(session, deadline)) throw new KubectlError(`${what}: ${timedOut()}`);
    const result = yield* answer<Result<Pod>>((done) => session.client.evict(targetOfPod(pod), deletionOf(options), done));
    if (result.ok) break;
    if (result.status.reason === "NotFound") return;
    if (result.status.reason !== "TooManyRequests") throw new KubectlError(`${what}: ${result.status.message}`);
    session.warn(`${what} (will retry after 5s): ${result.status.message}`);
    yield* session.sleep(RETRY_DELAY);
  }
  if (options.dryRun === "server") return;
  while (!(yield* isAway(session, pod, options))) {
    if (isOver(session, deadline)) {
      const waiting = `error when waiting for pod ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)} to terminate`;
      throw new KubectlError(`${waiting}: ${timedOut()}`);
    }
    yield* session.sleep(POLL_INTERVAL);
  }
}

/** Whether the pod has gone, or has been terminating for longer than anybody waits for; tells so. Source: waitForDelete in drain.go */
function* isAway(session: KubectlSession, pod: Pod, options: DrainOptions): Script<boolean> {
  const { name, uid } = pod.metadata;
  const current = yield* session.find(targetOfPod(pod));
  if (current === undefined || current.metadata.uid !== uid) {
    session.print(`${displayName(POD, name)} ${options.disableEviction ? "deleted" : "evicted"}`);
    return true;
  }
  if (!isSkipped(session, current, options)) return false;
  session.print(`pod ${JSON.stringify(name)} has DeletionTimestamp older than ${options.skipWaitForDeleteTimeout ?? 0} seconds, skipping`);
  return true;
}

function isOver(session: KubectlSession, deadline: number | undefined): boolean {
  return deadline !== undefined && session.simulation.now >= deadline;
}
