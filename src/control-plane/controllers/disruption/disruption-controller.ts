/**
 * The disruption controller: keeps the status of PodDisruptionBudgets, which the eviction API obeys.
 *
 * Source: kubernetes pkg/controller/disruption/disruption.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { ApiObject, Condition, OwnerReference, Pod, PodDisruptionBudget } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { conditionOf, withoutCondition } from "../conditions.js";
import { controllerOf } from "../owner-references.js";
import { isPodReady } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, RetryLater, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { countHealthy, disruptionsAllowed, expectedCounts, needsScale, pendingDisruptions, type Expected } from "./budget.js";

const ACCOUNT = "disruption-controller";
/** Source of its events. Source: disruption.go, NewDisruptionController. */
const COMPONENT = "controllermanager";
/** One worker. Source: disruption.go, Run. */
const WORKERS = 1;

type Scaled = ApiObject & { readonly spec: { readonly replicas?: number } };

class DisruptionController {
  private readonly calls: ApiCalls;
  private readonly budgets: Informer<PodDisruptionBudget>;
  private readonly pods: Informer<Pod>;
  private readonly scaled: ReadonlyMap<string, Informer<Scaled>>;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.queue = context.queue({ workers: WORKERS, sync: (key) => this.sync(key) });
    this.budgets = context.informer("PodDisruptionBudget");
    this.pods = context.informer("Pod");
    const scaled = (["ReplicationController", "ReplicaSet", "Deployment", "StatefulSet"] as const).map(
      (kind) => [kind, context.informer(kind) as unknown as Informer<Scaled>] as const,
    );
    this.scaled = new Map<string, Informer<Scaled>>(scaled);
    this.budgets.addHandlers({
      added: (budget) => this.queue.add(objectKey(budget)),
      updated: (_, budget) => this.queue.add(objectKey(budget)),
      deleted: (budget) => this.queue.add(objectKey(budget)),
    });
    this.pods.addHandlers({
      added: (pod) => this.podChanged(pod),
      updated: (previous, current) => {
        if (previous.metadata.labels !== current.metadata.labels) this.podChanged(previous);
        else if (!healthMayDiffer(previous, current)) return;
        this.podChanged(current);
      },
      deleted: (pod) => this.podChanged(pod),
    });
  }

  private podChanged(pod: Pod): void {
    if (this.budgets.size === 0) return;
    for (const budget of this.budgets.inNamespace(pod.metadata.namespace!)) {
      if (compileLabelSelector(budget.spec.selector)(pod.metadata.labels)) this.queue.add(objectKey(budget));
    }
  }

  private *sync(key: string): Task<void> {
    const budget = this.budgets.get(key);
    if (budget === undefined) return;
    const matches = compileLabelSelector(budget.spec.selector);
    const pods = [...this.pods.inNamespace(budget.metadata.namespace!)].filter(({ metadata }) => matches(metadata.labels));
    if (pods.length === 0) this.calls.recordEvent(referenceTo(budget), "Normal", "NoPods", "No matching pods found");
    const now = this.context.now();
    const podNamed = (name: string): Pod | undefined => this.pods.get(`${budget.metadata.namespace}/${name}`);
    const { pending, recheckAt, expired } = pendingDisruptions(budget.status?.disruptedPods, podNamed, now);
    for (const name of expired) {
      const pod = podNamed(name)!;
      this.calls.recordEvent(referenceTo(pod), "Warning", "NotDeleted", `Pod was expected by PDB ${key} to be deleted but it wasn't`);
    }
    let expected: Expected;
    try {
      expected = expectedCounts(budget, pods.length, needsScale(budget) ? this.scaleOf(pods) : 0);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      yield* this.failSafe(budget, error);
      throw error;
    }
    const healthy = countHealthy(pods, pending, now);
    yield* this.writeStatus(budget, expected, healthy, pending);
    if (recheckAt !== undefined) this.queue.addAfter(key, recheckAt - now);
  }

  /** Sum of the wished sizes of all controllers of the pods. @throws RetryLater where a pod's controller has no size */
  private scaleOf(pods: readonly Pod[]): number {
    const sizes = new Map<string, number>();
    for (const pod of pods) {
      const controller = controllerOf(pod);
      if (controller === undefined || sizes.has(controller.uid)) continue;
      const scaled = this.scaledOwner(pod.metadata.namespace!, controller);
      if (scaled === undefined)
        throw new RetryLater(
          `${controller.kind.toLowerCase()}s.${controller.apiVersion.split("/")[0]} does not implement the scale subresource`,
        );
      sizes.set(scaled.metadata.uid!, scaled.spec.replicas ?? 1);
    }
    let total = 0;
    for (const size of sizes.values()) total += size;
    return total;
  }

  /** The owner's owner where that one is what is scaled: a Deployment rather than its ReplicaSet. */
  private scaledOwner(namespace: string, reference: OwnerReference): Scaled | undefined {
    const owner = this.scaled.get(reference.kind)?.get(`${namespace}/${reference.name}`);
    if (owner === undefined) return undefined;
    const above = controllerOf(owner);
    return (above === undefined ? undefined : this.scaledOwner(namespace, above)) ?? owner;
  }

  /** A budget whose size cannot be found allows nothing. */
  private *failSafe(budget: PodDisruptionBudget, error: ApiError): Task<void> {
    this.calls.recordEvent(
      referenceTo(budget),
      "Warning",
      "CalculateExpectedPodCountFailed",
      `Failed to calculate the number of expected pods: ${error.message}`,
    );
    const status = {
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      ...budget.status,
      disruptionsAllowed: 0,
      conditions: this.conditions(budget, { status: "False", reason: "SyncFailed", message: error.message }),
    };
    if (!sameValue(status, budget.status)) yield* this.calls.updateStatus<"PodDisruptionBudget">({ ...budget, status });
  }

  private *writeStatus(
    budget: PodDisruptionBudget,
    expected: Expected,
    currentHealthy: number,
    disruptedPods: Readonly<Record<string, number>>,
  ): Task<void> {
    const allowed = disruptionsAllowed(expected, currentHealthy);
    const condition =
      allowed > 0 ? ({ status: "True", reason: "SufficientPods" } as const) : ({ status: "False", reason: "InsufficientPods" } as const);
    const status = {
      ...(budget.metadata.generation !== undefined && { observedGeneration: budget.metadata.generation }),
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
      disruptionsAllowed: allowed,
      currentHealthy,
      ...expected,
      conditions: this.conditions(budget, { ...condition, message: "" }),
    };
    if (!sameValue(status, budget.status)) yield* this.calls.updateStatus<"PodDisruptionBudget">({ ...budget, status });
  }

  private conditions(budget: PodDisruptionBudget, wished: Pick<Condition, "status" | "reason" | "message">): readonly Condition[] {
    const previous = conditionOf(budget.status?.conditions, "DisruptionAllowed");
    const lastTransitionTime = previous?.status === wished.status ? previous.lastTransitionTime : this.context.nowInSeconds();
    const { generation } = budget.metadata;
    const condition: Condition = {
      type: "DisruptionAllowed",
      ...wished,
      ...(lastTransitionTime !== undefined && { lastTransitionTime }),
      ...(generation !== undefined && { observedGeneration: generation }),
    };
    return [...withoutCondition(budget.status?.conditions, "DisruptionAllowed"), condition];
  }
}

function healthMayDiffer(previous: Pod, current: Pod): boolean {
  return previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp || isPodReady(previous) !== isPodReady(current);
}

export function startDisruptionController(context: ControllerContext): void {
  new DisruptionController(context);
}
