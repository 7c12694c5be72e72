/**
 * kube-controller-manager: all controllers in one process, with one shared cache, and a client for each.
 *
 * Source: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
 */
import { distance } from "fastest-levenshtein";
import { startAttachDetachController } from "./attach-detach/attach-detach-controller.js";
import { ControllerContext, type ControllerContextOptions, type StartController } from "./controller-context.js";
import { startCronJobController } from "./cronjob/cron-job-controller.js";
import { startDaemonSetController } from "./daemon/daemon-set-controller.js";
import { startDeploymentController } from "./deployment/deployment-controller.js";
import { startDisruptionController } from "./disruption/disruption-controller.js";
import { startEndpointsController } from "./endpoint/endpoints-controller.js";
import { startEndpointSliceController } from "./endpointslice/endpointslice-controller.js";
import { startGarbageCollector } from "./garbagecollector/garbage-collector.js";
import { startJobController } from "./job/job-controller.js";
import { startNamespaceController } from "./namespace/namespace-controller.js";
import { startNodeIpamController } from "./nodeipam/node-ipam-controller.js";
import { startNodeLifecycleController } from "./nodelifecycle/node-lifecycle-controller.js";
import { startHorizontalPodAutoscalerController } from "./podautoscaler/horizontal-pod-autoscaler-controller.js";
import { startPodGarbageCollector } from "./podgc/pod-garbage-collector.js";
import { startReplicaSetController } from "./replicaset/replicaset-controller.js";
import { startReplicationController } from "./replication/replication-controller.js";
import { startResourceQuotaController } from "./resourcequota/resource-quota-controller.js";
import { startRootCaCertificatePublisher, startServiceAccountsController } from "./serviceaccount/service-accounts-controller.js";
import { startStatefulSetController } from "./statefulset/stateful-set-controller.js";
import { startTaintEvictionController } from "./tainteviction/taint-eviction-controller.js";
import { startTtlAfterFinishedController } from "./ttlafterfinished/ttl-after-finished-controller.js";
import { startPersistentVolumeController } from "./volume/persistent-volume-controller.js";
import { startClaimProtectionController, startVolumeProtectionController } from "./volume/protection-controllers.js";

/** Controllers by the names that --controllers knows, in the order in which they are started. */
const CONTROLLERS: ReadonlyMap<string, StartController> = new Map<string, StartController>([
  ["endpointslice-controller", startEndpointSliceController],
  ["endpoints-controller", startEndpointsController],
  ["replicationcontroller-controller", startReplicationController],
  ["pod-garbage-collector-controller", startPodGarbageCollector],
  ["resourcequota-controller", startResourceQuotaController],
  ["namespace-controller", startNamespaceController],
  ["serviceaccount-controller", startServiceAccountsController],
  ["root-ca-certificate-publisher-controller", startRootCaCertificatePublisher],
  ["garbage-collector-controller", startGarbageCollector],
  ["daemonset-controller", startDaemonSetController],
  ["job-controller", startJobController],
  ["deployment-controller", startDeploymentController],
  ["replicaset-controller", startReplicaSetController],
  ["horizontal-pod-autoscaler-controller", startHorizontalPodAutoscalerController],
  ["disruption-controller", startDisruptionController],
  ["statefulset-controller", startStatefulSetController],
  ["cronjob-controller", startCronJobController],
  ["ttl-after-finished-controller", startTtlAfterFinishedController],
  ["persistentvolume-binder-controller", startPersistentVolumeController],
  ["persistentvolume-attach-detach-controller", startAttachDetachController],
  ["persistentvolumeclaim-protection-controller", startClaimProtectionController],
  ["persistentvolume-protection-controller", startVolumeProtectionController],
  ["node-ipam-controller", startNodeIpamController],
  ["node-lifecycle-controller", startNodeLifecycleController],
  ["taint-eviction-controller", startTaintEvictionController],
]);

/** Controllers that "*" does not turn on; upstream has others here, see the controller for why. */
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set(["endpoints-controller"]);

export const CONTROLLER_NAMES: readonly string[] = [...CONTROLLERS.keys()];

/** A name in --controllers that no controller has. */
export class UnknownControllerError extends Error {
  constructor(readonly controller: string) {
    const nearest = CONTROLLER_NAMES.reduce((best, name) => (distance(name, controller) < distance(best, controller) ? name : best));
    super(`--controllers: ${JSON.stringify(controller)} is not in the list of known controllers; nearest is ${JSON.stringify(nearest)}`);
    this.name = "UnknownControllerError";
  }
}

/**
 * The controllers that a value of --controllers turns on.
 *
 * @throws UnknownControllerError where a name is not known
 */
export function enabledControllers(selection: readonly string[]): string[] {
  for (const entry of selection) {
    const name = entry.replace(/^-/, "");
    if (entry !== "*" && !CONTROLLERS.has(name)) throw new UnknownControllerError(name);
  }
  const all = selection.includes("*");
  return CONTROLLER_NAMES.filter(
    (name) => selection.includes(name) || (all && !OFF_BY_DEFAULT.has(name) && !selection.includes(`-${name}`)),
  );
}

export class ControllerManager {
  private readonly enabled: readonly string[];
  private context: ControllerContext | undefined;

  /** @throws UnknownControllerError where options.controllers names one that is not known */
  constructor(private readonly options: ControllerContextOptions) {
    this.enabled = enabledControllers(options.options.controllers);
  }

  get running(): boolean {
    return this.context !== undefined;
  }

  /** Starts all controllers with empty memories, as a process does that has become the leader. */
  start(): void {
    if (this.context !== undefined) return;
    const context = new ControllerContext(this.options);
    this.context = context;
    for (const name of this.enabled) CONTROLLERS.get(name)!(context);
    context.startWhenSynced();
  }

  /** Ends the process: what it knew is lost, requests under way go unheard. */
  stop(): void {
    this.context?.stop();
    this.context = undefined;
  }
}
