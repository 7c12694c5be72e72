/**
 * Creates and deletes the pods of a DaemonSet.
 *
 * Source: kubernetes pkg/controller/daemon/daemon_controller.go (syncNodes) and pkg/controller/daemon/util (CreatePodTemplate).
 */
import { objectKey } from "../../../api/kinds.js";
import { TEMPLATE_GENERATION_ANNOTATION } from "../../../api/prepare.js";
import type { DaemonSet, Pod, PodTemplateSpec } from "../../../api/types/index.js";
import type { ControllerContext } from "../controller-context.js";
import type { Expectations } from "../expectations.js";
import { REVISION_HASH_LABEL } from "../history/controller-history.js";
import { namespaceIsTerminating, type PodControl } from "../pod-control.js";
import { slowStart } from "../slow-start.js";
import { ApiError, firstError, inParallel, type Task } from "../task.js";
import { affinityForNode, daemonTolerations } from "./node-fitness.js";

/** Most pods that one sync creates or deletes. Source: BurstReplicas in daemon_controller.go. */
const BURST_REPLICAS = 250;
const TEMPLATE_GENERATION_LABEL = "pod-template-generation";

export class DaemonPods {
  constructor(
    private readonly context: ControllerContext,
    private readonly podControl: PodControl,
    private readonly expectations: Expectations,
  ) {}

  /** Deletes the doomed pods and creates one for each of the nodes, up to a number in one sync. @throws ApiError of the first that failed */
  *sync(daemonSet: DaemonSet, doomed: readonly Pod[], nodes: readonly string[], hash: string): Task<void> {
    const key = objectKey(daemonSet);
    const creations = nodes.slice(0, BURST_REPLICAS);
    const deletions = doomed.slice(0, BURST_REPLICAS);
    this.expectations.expect(key, creations.length, deletions.length, this.context.simulation.now);
    const template = templateOfPods(daemonSet, hash);
    const { successes, error } = yield* slowStart(creations.length, (index) => this.createPod(daemonSet, template, creations[index]));
    for (let skipped = successes; skipped < creations.length; skipped++) this.expectations.creationObserved(key);
    const outcomes = yield* inParallel(deletions, deletions.length, (pod) => this.deletePod(key, pod, daemonSet));
    const failed = error ?? firstError(outcomes);
    if (failed !== undefined) throw failed;
  }

  /** That the namespace is going away is no error: a pod that will never come is expected, so that nobody tries again. */
  private *createPod(daemonSet: DaemonSet, template: PodTemplateSpec, node: string): Task<void> {
    const spec = { ...template.spec, affinity: affinityForNode(template.spec.affinity, node) };
    try {
      yield* this.podControl.createFromTemplate({ ...template, spec }, daemonSet);
    } catch (error) {
      if (!(error instanceof ApiError) || !namespaceIsTerminating(error)) throw error;
    }
  }

  private *deletePod(key: string, pod: Pod, daemonSet: DaemonSet): Task<void> {
    try {
      yield* this.podControl.delete(pod, daemonSet);
    } catch (error) {
      this.expectations.deletionObserved(key);
      if (!(error instanceof ApiError) || error.status.reason !== "NotFound") throw error;
    }
  }
}

/** The template with the labels and tolerations that daemon pods have. */
function templateOfPods(daemonSet: DaemonSet, hash: string): PodTemplateSpec {
  const { template } = daemonSet.spec;
  const generation = daemonSet.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION];
  const labels = {
    ...template.metadata?.labels,
    ...(generation !== undefined && { [TEMPLATE_GENERATION_LABEL]: generation }),
    [REVISION_HASH_LABEL]: hash,
  };
  return { metadata: { ...template.metadata, labels }, spec: { ...template.spec, tolerations: daemonTolerations(template.spec) } };
}
