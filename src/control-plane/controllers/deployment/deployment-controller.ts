/**
 * The Deployment controller: watches, finds the ReplicaSets of a Deployment, and has each Deployment synced.
 *
 * Source: kubernetes pkg/controller/deployment/deployment_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { Deployment, Pod, ReplicaSet } from "../../../api/types/index.js";
import { MILLISECOND, SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import { checkAdoption } from "../adoption.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { ORPHANS, orphanNamespace } from "../orphans.js";
import { BY_OWNER, controlledBy, controllerOf, controllerReference, ownerUids } from "../owner-references.js";
import { ApiError, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { DeploymentSync } from "./deployment-sync.js";
import { untilDeadline } from "./deployment-status.js";

const ACCOUNT = "deployment-controller";
/** Retries in a row before a failing Deployment waits for its next change. Source: maxRetries in deployment_controller.go. */
const MAX_RETRIES = 15;

/** Source: requeueStuckDeployment in progress.go, and the first delay of client-go's DefaultControllerRateLimiter. */
const LAST_SECOND_PERIOD: SimTime = 5 * MILLISECOND;

class DeploymentController {
  private readonly calls: ApiCalls;
  private readonly deployments: Informer<Deployment>;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly queue: WorkQueue;
  /** What the handler of pod deletions has to do, one after another. */
  private readonly podDeletions: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({
      workers: context.options.concurrentDeploymentSyncs,
      maxRetries: MAX_RETRIES,
      sync: (key) => this.sync(key),
    });
    this.podDeletions = context.queue({ workers: 1, sync: (key) => this.afterPodDeletion(key) });
    this.deployments = context.informer("Deployment");
    this.replicaSets = context.informer("ReplicaSet");
    this.pods = context.informer("Pod");
    this.replicaSets.addIndex(BY_OWNER, ownerUids);
    this.replicaSets.addIndex(ORPHANS, orphanNamespace);
    this.pods.addIndex(BY_OWNER, ownerUids);
    this.deployments.addHandlers({
      added: (deployment) => this.queue.add(objectKey(deployment)),
      updated: (_, deployment) => this.queue.add(objectKey(deployment)),
      deleted: (deployment) => this.queue.add(objectKey(deployment)),
    });
    this.replicaSets.addHandlers({
      added: (replicaSet) => this.replicaSetChanged(replicaSet),
      updated: (previous, current) => {
        if (controllerOf(previous)?.uid !== controllerOf(current)?.uid) this.replicaSetChanged(previous);
        this.replicaSetChanged(current);
      },
      deleted: (replicaSet) => this.replicaSetChanged(replicaSet),
    });
    this.pods.addHandlers({ deleted: (pod) => this.podDeleted(pod) });
  }

  private replicaSetChanged(replicaSet: ReplicaSet): void {
    const controller = controllerOf(replicaSet);
    if (controller?.kind === "Deployment") {
      this.queue.add(`${replicaSet.metadata.namespace}/${controller.name}`);
      return;
    }
    if (controller !== undefined || replicaSet.metadata.deletionTimestamp !== undefined) return;
    for (const deployment of this.deployments.inNamespace(replicaSet.metadata.namespace!)) {
      if (compileLabelSelector(deployment.spec.selector)(replicaSet.metadata.labels)) this.queue.add(objectKey(deployment));
    }
  }

  private deploymentOf(pod: Pod): Deployment | undefined {
    const controller = controllerOf(pod);
    if (controller?.kind !== "ReplicaSet") return undefined;
    const replicaSet = this.replicaSets.get(`${pod.metadata.namespace}/${controller.name}`);
    const owner = replicaSet === undefined ? undefined : controllerOf(replicaSet);
    return owner === undefined ? undefined : this.deployments.get(`${pod.metadata.namespace}/${owner.name}`);
  }

  private podDeleted(pod: Pod): void {
    const deployment = this.deploymentOf(pod);
    if (deployment?.spec.strategy?.type === "Recreate") this.podDeletions.add(`${objectKey(deployment)}/${pod.metadata.uid}`);
  }

  /**
   * A Recreate goes on when the last of its pods is gone. For each that goes the API server is asked for the ReplicaSets, and all others
   * wait meanwhile. Source: deletePod in deployment_controller.go.
   */
  private *afterPodDeletion(key: string): Task<void> {
    const [namespace, name] = key.split("/");
    const deployment = this.deployments.get(`${namespace}/${name}`);
    if (deployment === undefined) return;
    try {
      const replicaSets = yield* this.calls.list("ReplicaSet", { namespace, labelSelector: deployment.spec.selector });
      if (replicaSets.some(({ metadata }) => controlledBy(this.pods, metadata.uid!)[Symbol.iterator]().next().done !== true)) return;
      this.queue.add(objectKey(deployment));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  private *sync(key: string): Task<void> {
    const deployment = this.deployments.get(key);
    if (deployment === undefined) return;
    const replicaSets = yield* this.claimReplicaSets(deployment);
    const podsOf = (replicaSet: ReplicaSet): Iterable<Pod> => controlledBy(this.pods, replicaSet.metadata.uid!);
    const sync = new DeploymentSync({ calls: this.calls, podsOf, now: () => this.context.now() }, deployment, replicaSets);
    const status = yield* sync.run();
    if (status === undefined) return;
    const left = untilDeadline(deployment, status, this.context.now());
    if (left === undefined) return;
    // A second more, so that the clock's whole seconds are past the deadline for certain; in the last second upstream looks every 5 ms.
    this.queue.addAfter(key, left < SECOND ? Math.max(left, 0) + LAST_SECOND_PERIOD : left + SECOND);
  }

  /** The Deployment's own ReplicaSets, after orphans that match were adopted and own ones that do not were released. */
  private *claimReplicaSets(deployment: Deployment): Task<ReplicaSet[]> {
    const matches = compileLabelSelector(deployment.spec.selector);
    const claimed: ReplicaSet[] = [];
    const mayClaim = deployment.metadata.deletionTimestamp === undefined;
    for (const replicaSet of [...controlledBy(this.replicaSets, deployment.metadata.uid!)]) {
      if (matches(replicaSet.metadata.labels)) claimed.push(replicaSet);
      else if (mayClaim) yield* unless(["NotFound", "Invalid"], this.setOwner(replicaSet, deployment, false));
    }
    if (!mayClaim) return claimed;
    let mayAdopt = false;
    for (const replicaSet of [...this.replicaSets.byIndex(ORPHANS, deployment.metadata.namespace!)]) {
      if (replicaSet.metadata.deletionTimestamp !== undefined || !matches(replicaSet.metadata.labels)) continue;
      if (!mayAdopt) yield* checkAdoption(this.calls, deployment);
      mayAdopt = true;
      const adopted = yield* unless(["NotFound", "Invalid"], this.setOwner(replicaSet, deployment, true));
      if (adopted !== undefined) claimed.push(adopted);
    }
    return claimed;
  }

  private setOwner(replicaSet: ReplicaSet, deployment: Deployment, owned: boolean): Task<ReplicaSet> {
    return this.calls.patch<"ReplicaSet">(targetOf<"ReplicaSet">(replicaSet), (current) => {
      const others = (current.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== deployment.metadata.uid);
      return {
        ...current,
        metadata: { ...current.metadata, ownerReferences: owned ? [...others, controllerReference(deployment)] : others },
      };
    });
  }
}

export function startDeploymentController(context: ControllerContext): void {
  new DeploymentController(context);
}
