/**
 * The ReplicationController controller: the ReplicaSet controller for the older kind.
 *
 * Source: kubernetes pkg/controller/replication/replication_controller.go, which is an adapter in the same way.
 */
import type { ControllerContext } from "../controller-context.js";
import { startReplicatedController } from "../replicaset/replicaset-controller.js";

export function startReplicationController(context: ControllerContext): void {
  const workers = context.options.concurrentReplicationControllerSyncs;
  startReplicatedController(context, { kind: "ReplicationController", account: "replication-controller", workers });
}
