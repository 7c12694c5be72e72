/**
 * Empties nodes: nothing more is placed on them, and their pods are evicted.
 *
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
 */
import { hasEnded } from "../../api/pod-phase.js";
import type { Node } from "../../api/types/node.js";
import type { Pod } from "../../api/types/pod.js";
import { MINUTE, SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import { type ApiClient, type Informer, type Result, targetOf } from "../apiserver/client.js";
import { ApiCalls } from "../controllers/api-calls.js";
import { controllerOf } from "../controllers/owner-references.js";
import { inParallel, sleep, suspend, type Task, unless } from "../controllers/task.js";

/** Pods that do not leave a node within this time make the update fail. Source: see above, "Upgrade phase" */
const DRAIN_TIMEOUT: SimTime = 15 * MINUTE;
/** How often it is looked whether nodes are ready and pods have gone, and how soon an eviction is tried again. Not documented: an assumption. */
export const POLL_PERIOD: SimTime = 5 * SECOND;

const EXCLUDED_FROM_LOAD_BALANCERS = "node.kubernetes.io/exclude-from-external-load-balancers";
const MIRROR_POD = "kubernetes.io/config.mirror";
const BY_NODE = "spec.nodeName";

export class NodeDrain {
  private readonly calls: ApiCalls;

  constructor(
    private readonly simulation: Simulation,
    private readonly client: ApiClient,
    private readonly pods: Informer<Pod>,
  ) {
    this.calls = new ApiCalls(client);
    pods.addIndex(BY_NODE, ({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]));
  }

  /** Nothing more is placed on the node, and load balancers leave it out. */
  *retire(name: string): Task<void> {
    const change = (node: Node): Node => ({
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, [EXCLUDED_FROM_LOAD_BALANCERS]: "true" } },
      spec: { ...node.spec, unschedulable: true },
    });
    yield* unless(["NotFound"], this.calls.patch<"Node">({ kind: "Node", name }, change));
  }

  /** Evicts the pods of a node; returns those that are still there when the time is up. */
  *drain(name: string): Task<readonly Pod[]> {
    const { simulation, client } = this;
    const end = simulation.now + DRAIN_TIMEOUT;
    for (;;) {
      const left = [...this.pods.byIndex(BY_NODE, name)].filter(isDrained);
      if (left.length === 0 || simulation.now >= end) return left;
      const staying = left.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      yield* inParallel(staying, staying.length, (pod) => suspend<Result<Pod>>((done) => client.evict(targetOf<"Pod">(pod), {}, done)));
      yield* sleep(simulation, POLL_PERIOD);
    }
  }
}

/** Daemon pods and mirror pods stay with their node; what has ended holds nothing. */
function isDrained(pod: Pod): boolean {
  return !hasEnded(pod) && controllerOf(pod)?.kind !== "DaemonSet" && pod.metadata.annotations?.[MIRROR_POD] === undefined;
}
