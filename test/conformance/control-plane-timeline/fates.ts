/** Ends pods as a recording's fates say: the k-th created pod of a selector, so long after it was seen Running. */
import { parseSelector } from "../../../src/api/selector.js";
import type { Pod } from "../../../src/api/types/pod.js";
import type { Cluster } from "../../../src/cluster/cluster.js";
import { SECOND } from "../../../src/engine/simulation.js";
import type { Fate, Fates } from "./case.js";
import { ended } from "./pod-reports.js";

const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";

export function followFates(cluster: Cluster, fates: readonly Fates[]): void {
  for (const fate of fates) follow(cluster, fate);
}

function follow(cluster: Cluster, fates: Fates): void {
  const matches = parseSelector(fates.selector);
  const ordinals = new Map<string, number>();
  const running = new Set<string>();
  const see = (pod: Pod): void => {
    if (!matches(pod.metadata.labels)) return;
    const { uid = "" } = pod.metadata;
    if (!ordinals.has(uid)) ordinals.set(uid, ordinals.size);
    if (pod.status?.phase !== "Running" || running.has(uid)) return;
    running.add(uid);
    const fate = fateOf(fates, pod, ordinals.get(uid)!);
    if (fate !== undefined) cluster.simulation.after(fate.run * SECOND, () => end(cluster, pod, fate));
  };
  cluster.apiServer
    .informers({ component: "watch-client" })
    .informer("Pod")
    .addHandlers({ added: see, updated: (_previous, pod) => see(pod) });
}

function fateOf({ pods = [], byIndex = {}, then }: Fates, pod: Pod, ordinal: number): Fate | undefined {
  const index = pod.metadata.annotations?.[COMPLETION_INDEX];
  return (index === undefined ? undefined : byIndex[index]) ?? pods[ordinal] ?? then;
}

/** A pod that is being deleted, or gone, has ended by other means. */
function end(cluster: Cluster, { metadata }: Pod, { phase, exitCode = phase === "Failed" ? 1 : 0 }: Fate): void {
  const { namespace, name, uid } = metadata;
  const stored = cluster.view.get("Pod", namespace, name);
  if (stored?.metadata.uid !== uid || stored?.metadata.deletionTimestamp !== undefined || stored?.status?.phase !== "Running") return;
  const now = wholeSecondOf(cluster);
  cluster.kubectl.patchStatus<"Pod">(
    { kind: "Pod", name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) },
    (pod) => ({
      ...pod,
      status: ended(pod, phase, exitCode, now),
    }),
  );
}

export function wholeSecondOf({ epoch, simulation }: Cluster): number {
  const now = epoch + simulation.now;
  return now - (now % SECOND);
}
