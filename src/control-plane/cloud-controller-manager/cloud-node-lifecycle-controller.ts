/**
 * Deletes the Node objects of machines that the cloud no longer has. It asks the cloud only about nodes that are not Ready, so that a
 * machine's node outlives it by the grace that its heartbeat has.
 *
 * Source: https://kubernetes.io/docs/concepts/architecture/cloud-controller/#node-controller,
 * staging/src/k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go
 */
import type { Node } from "../../api/types/node.js";
import { SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import { type ApiServerEndpoint, type ApiClient, type Informer, targetOf } from "../apiserver/client.js";
import { referenceTo } from "../controllers/pod-control.js";

/** Default of --node-monitor-period. */
const NODE_MONITOR_PERIOD: SimTime = 5 * SECOND;

const COMPONENT = "cloud-node-lifecycle-controller";
const USER = "system:serviceaccount:kube-system:node-controller";
const GROUPS = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"];

export class CloudNodeLifecycleController {
  private readonly client: ApiClient;
  private readonly nodes: Informer<Node>;
  private isLooking = false;

  /** @param exists whether the cloud still has the node's machine */
  constructor(
    private readonly simulation: Simulation,
    endpoint: ApiServerEndpoint,
    private readonly exists: (node: string) => boolean,
  ) {
    this.client = endpoint.connect({ component: COMPONENT, user: USER, groups: GROUPS });
    this.nodes = endpoint.informers({ component: COMPONENT }).informer("Node");
    this.nodes.addHandlers({ added: (node) => this.check(node), updated: (_, node) => this.check(node) });
  }

  private check(node: Node): void {
    if (this.isLooking || !this.isGone(node)) return;
    this.isLooking = true;
    const { now } = this.simulation;
    this.simulation.after(NODE_MONITOR_PERIOD - (now % NODE_MONITOR_PERIOD), () => {
      this.isLooking = false;
      this.deleteGoneNodes();
    });
  }

  private isGone({ metadata, status }: Node): boolean {
    const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status;
    return ready !== "True" && !this.exists(metadata.name);
  }

  private deleteGoneNodes(): void {
    for (const node of this.nodes.list()) {
      if (!this.isGone(node)) continue;
      const { name } = node.metadata;
      const message = `Deleting node ${name} because it does not exist in the cloud provider`;
      this.client.recordEvent(referenceTo(node), "Normal", "DeletingNode", message);
      this.client.delete(targetOf<"Node">(node), {}, (result) => {
        if (!result.ok && result.status.reason !== "NotFound") this.check(node);
      });
    }
  }
}
