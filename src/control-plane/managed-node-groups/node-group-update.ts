/**
 * The rolling update of a managed node group, as Amazon EKS does it: new nodes are launched, the old ones cordoned, drained a few at a
 * time and replaced, and at the end the group shrinks to the size that it had.
 *
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
 */
import type { Node } from "../../api/types/node.js";
import type { RandomStream } from "../../engine/random.js";
import { MINUTE, SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import { type ApiClient, type Informer, type InformerFactory, targetOf } from "../apiserver/client.js";
import { ApiCalls } from "../controllers/api-calls.js";
import { inParallel, perform, sleep, type Task, unless } from "../controllers/task.js";
import { growForUpdate, type ManagedNodeGroup, toTerminate } from "./managed-node-group.js";
import { NodeDrain, POLL_PERIOD } from "./node-drain.js";
import { type Failure, failure, NOT_ACTIVE, type UpdateOptions, type UpdateOutcome } from "./update-outcome.js";

/** A drained node is kept so long, so that load balancers learn of it. Source: see above, "Upgrade phase" */
const WAIT_BEFORE_TERMINATION: SimTime = 60 * SECOND;
/** Most nodes that are replaced at once. Source: see above, "Setup phase" */
const MAX_PARALLEL = 100;
/** Time that new nodes get to become Ready. Not documented: an assumption. */
const LAUNCH_TIMEOUT: SimTime = 20 * MINUTE;

/** Nodes that are replaced at once. A percentage is rounded down, but one node is always replaced. */
export function parallelism(size: number, { maxUnavailable, maxUnavailablePercentage }: UpdateOptions): number {
  const wanted = maxUnavailable ?? (maxUnavailablePercentage === undefined ? 1 : Math.floor((size * maxUnavailablePercentage) / 100));
  return Math.min(MAX_PARALLEL, Math.max(1, wanted));
}

export interface NodeGroupUpdateSurroundings {
  readonly simulation: Simulation;
  /** A client that is named eks:node-manager. */
  readonly client: ApiClient;
  readonly informers: InformerFactory;
}

export class NodeGroupUpdates {
  private readonly calls: ApiCalls;
  private readonly nodes: Informer<Node>;
  private readonly draining: NodeDrain;
  /** Groups that are not in the state Active. */
  private readonly updating = new Set<ManagedNodeGroup>();
  /** Groups of which machines are being taken. */
  private readonly reducing = new Set<ManagedNodeGroup>();

  constructor(private readonly around: NodeGroupUpdateSurroundings) {
    this.calls = new ApiCalls(around.client);
    this.nodes = around.informers.informer("Node");
    this.draining = new NodeDrain(around.simulation, around.client, around.informers.informer("Pod"));
  }

  isUpdating(group: ManagedNodeGroup): boolean {
    return this.updating.has(group);
  }

  /** Replaces all nodes of the group, one update at a time. */
  start(group: ManagedNodeGroup, options: UpdateOptions, done: (outcome: UpdateOutcome) => void): void {
    if (this.isUpdating(group)) {
      done({ status: "Refused", ...NOT_ACTIVE });
      return;
    }
    this.updating.add(group);
    perform(this.update(group, options), (outcome) => {
      this.updating.delete(group);
      done(
        outcome.ok
          ? outcome.value
          : { status: "Failed", errorCode: "NodeCreationFailure", errorMessage: outcome.error.message, resourceIds: [] },
      );
    });
  }

  /** Lowers the wished size at once, and takes the machines beyond it away, each of which is drained before. */
  reduce(group: ManagedNodeGroup, by: number): void {
    group.lower(by);
    if (this.reducing.has(group)) return;
    this.reducing.add(group);
    perform(this.takeExcess(group), () => this.reducing.delete(group));
  }

  private *update(group: ManagedNodeGroup, options: UpdateOptions): Task<UpdateOutcome> {
    const stream = this.around.simulation.stream(`managed-node-group/${group.id}`);
    group.renewTemplate(options.kubernetesVersion);
    const old = group.members.map(({ name }) => name);
    const parallel = parallelism(old.length, options);
    const surge = growForUpdate(group, parallel);
    const notLaunched = yield* this.waitForLaunch(group);
    if (notLaunched !== undefined) {
      yield* this.takeBack(group, surge);
      return notLaunched;
    }
    for (const name of old) yield* this.draining.retire(name);
    let failure: Failure | undefined;
    yield* inParallel(shuffled(old, stream), parallel, (name) =>
      this.replaceNode(
        group,
        name,
        options,
        () => failure,
        (found) => (failure ??= found),
      ),
    );
    if (failure !== undefined) {
      // The new nodes have pods by now. The sizes go back as the nodes go.
      group.lowerMaximum(surge);
      return failure;
    }
    yield* this.shrink(group, surge, stream);
    return { status: "Successful" };
  }

  /** Waits until all machines of the latest template are Ready nodes. */
  private *waitForLaunch(group: ManagedNodeGroup): Task<Failure | undefined> {
    const { simulation } = this.around;
    const end = simulation.now + LAUNCH_TIMEOUT;
    for (;;) {
      const launched = group.members.filter(({ isLatest }) => isLatest);
      const failed = launched.filter(({ error }) => error !== undefined);
      if (failed.length > 0) {
        const { code, message } = failed[0].error!;
        return failure("AsgInstanceLaunchFailures", `Could not launch On-Demand Instances. ${code} - ${message}`, [group.id]);
      }
      const missing = launched.filter(({ name }) => !isReady(this.nodes.get(name)));
      if (missing.length === 0) return undefined;
      if (simulation.now >= end)
        return failure(
          "NodeCreationFailure",
          "Instances failed to join the kubernetes cluster",
          missing.map(({ name }) => name),
        );
      yield* sleep(simulation, POLL_PERIOD);
    }
  }

  private *replaceNode(
    group: ManagedNodeGroup,
    name: string,
    { force = false }: UpdateOptions,
    failed: () => Failure | undefined,
    fail: (failure: Failure) => void,
  ): Task<void> {
    // After a failure no further node is begun with.
    if (failed() !== undefined) return;
    const left = yield* this.draining.drain(name);
    if (left.length > 0 && !force) {
      fail(failure("PodEvictionFailure", `Reached max retries while trying to evict pods from nodes in node group ${group.id}`, [name]));
      return;
    }
    for (const pod of left) yield* unless(["NotFound"], this.calls.delete(targetOf<"Pod">(pod)));
    yield* sleep(this.around.simulation, WAIT_BEFORE_TERMINATION);
    group.replace(name);
  }

  /** One by one; pods that have not left in time go with their node. */
  private *takeExcess(group: ManagedNodeGroup): Task<void> {
    const stream = this.around.simulation.stream(`managed-node-group/${group.id}`);
    while (group.excess > 0) {
      const { name } = toTerminate(group, stream);
      yield* this.draining.retire(name);
      yield* this.draining.drain(name);
      group.take(name);
    }
  }

  /** Takes away what was launched in vain; the old nodes have not been touched. Not documented: an assumption. */
  private *takeBack(group: ManagedNodeGroup, surge: number): Task<void> {
    const launched = group.members.filter(({ isLatest }) => isLatest).slice(-surge);
    for (const { name } of launched) {
      yield* this.draining.retire(name);
      yield* this.draining.drain(name);
      if (!group.members.some((member) => member.name === name) || group.targetSize <= group.minSize) continue;
      group.lower(1);
      group.take(name);
    }
    group.lowerMaximum(surge);
  }

  /**
   * Puts largest and wished size back, machine by machine. Ends where the cluster autoscaler makes the group grow meanwhile, and takes no
   * machine that the least size needs. Source: see above, "Scale down phase"
   */
  private *shrink(group: ManagedNodeGroup, by: number, stream: RandomStream): Task<void> {
    let size = group.targetSize;
    for (let left = by; left > 0; left--) {
      if (group.targetSize > group.minSize) {
        const { name } = toTerminate(group, stream);
        yield* this.draining.retire(name);
        yield* this.draining.drain(name);
        const isThere = group.members.some((member) => member.name === name);
        if (group.targetSize > (isThere ? size : size - 1)) return;
        if (isThere && group.targetSize > group.minSize) {
          group.lower(1);
          group.take(name);
        }
      }
      group.lowerMaximum(1);
      size = group.targetSize;
    }
  }
}

function isReady(node: Node | undefined): boolean {
  return (
    node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true &&
    node.spec.taints?.some(({ key }) => key === "node.kubernetes.io/not-ready") !== true
  );
}

function shuffled<T>(items: readonly T[], stream: RandomStream): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
