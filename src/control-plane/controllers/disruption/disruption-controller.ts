/**
 * The disruption controller: keeps the status of PodDisruptionBudgets, which the eviction API obeys.
 *
 * Source: kubernetes pkg/controller/disruption/disruption.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSelector } from "../../../api/selector.js";
import type { Condition, Pod, PodDisruptionBudget } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { conditionOf } from "../conditions.js";
import { isPodReady } from "../pod-conditions.js";
import { referenceTo } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { countHealthy, disruptionsAllowed, expectedCounts, needsScale, pendingDisruptions, type Expected } from "./budget.js";
import { expectedScale, SCALED_KINDS, type Scaled } from "./expected-scale.js";
import { selectorText } from "./selector-text.js";
import { StaleDisruptions } from "./stale-disruptions.js";

const ACCOUNT = "disruption-controller";
/** Source of its events. Source: disruption.go, NewDisruptionController. */
const COMPONENT = "controllermanager";
/** One worker. Source: disruption.go, Run. */
const WORKERS = 1;

/** Condition of a budget, and what it says. Source: policy/v1 types.go. */
const DISRUPTION_ALLOWED = "DisruptionAllowed";
const SUFFICIENT = { status: "True", reason: "SufficientPods", message: "" } as const;
const INSUFFICIENT = { status: "False", reason: "InsufficientPods", message: "" } as const;

class DisruptionController {
  private readonly calls: ApiCalls;
  private readonly budgets: Informer<PodDisruptionBudget>;
  private readonly pods: Informer<Pod>;
  private readonly scaled: ReadonlyMap<string, Informer<Scaled>>;
  private readonly queue: WorkQueue;
  private readonly staleDisruptions: StaleDisruptions;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.queue = context.queue({ workers: WORKERS, sync: (key) => this.sync(key) });
    this.budgets = context.informer("PodDisruptionBudget");
    this.pods = context.informer("Pod");
    this.staleDisruptions = new StaleDisruptions(context, this.calls, this.pods);
    const scaled = SCALED_KINDS.map((kind) => [kind, context.informer(kind) as unknown as Informer<Scaled>] as const);
    this.scaled = new Map<string, Informer<Scaled>>(scaled);
    this.budgets.addHandlers({
      added: (budget) => this.queue.add(objectKey(budget)),
      updated: (_, budget) => this.queue.add(objectKey(budget)),
      deleted: (budget) => this.queue.add(objectKey(budget)),
    });
    this.pods.addHandlers({
      added: (pod) => {
        this.podChanged(pod);
        this.staleDisruptions.podChanged(pod);
      },
      updated: (previous, current) => {
        this.staleDisruptions.podChanged(current);
        if (previous.metadata.labels !== current.metadata.labels) this.podChanged(previous);
        this.podChanged(current, healthMayDiffer(previous, current));
      },
      deleted: (pod) => {
        this.podChanged(pod);
        this.staleDisruptions.forget(objectKey(pod));
      },
    });
  }

  /** Upstream has one budget of several look, by chance; here all of them do. */
  private podChanged(pod: Pod, counts = true): void {
    if (this.budgets.size === 0) return;
    let first: PodDisruptionBudget | undefined;
    let told = false;
    for (const budget of this.budgets.inNamespace(pod.metadata.namespace!)) {
      if (!compileLabelSelector(budget.spec.selector)(pod.metadata.labels)) continue;
      if (counts) this.queue.add(objectKey(budget));
      if (first !== undefined && !told) {
        this.tellOfSeveral(pod, first);
        told = true;
      }
      first ??= budget;
    }
  }

  private tellOfSeveral(pod: Pod, chosen: PodDisruptionBudget): void {
    const { namespace, name } = pod.metadata;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${chosen.metadata.name}" arbitrarily.`;
    this.calls.recordEvent(referenceTo(pod), "Warning", "MultiplePodDisruptionBudgets", message);
  }

  private *sync(key: string): Task<void> {
    const budget = this.budgets.get(key);
    if (budget === undefined) return;
    const matches = compileLabelSelector(budget.spec.selector);
    const pods = [...this.pods.inNamespace(budget.metadata.namespace!)].filter(({ metadata }) => matches(metadata.labels));
    if (pods.length === 0) this.calls.recordEvent(referenceTo(budget), "Normal", "NoPods", "No matching pods found");
    let expected: Expected;
    try {
      expected = this.expectedCounts(budget, pods);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      yield* this.failSafe(budget, error);
      return;
    }
    const now = this.context.now();
    const { pending, recheckAt, expired } = pendingDisruptions(budget.status?.disruptedPods, pods, now);
    const { namespace } = budget.metadata;
    for (const pod of expired) {
      // Upstream names the namespace twice, and not the budget.
      const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
      this.calls.recordEvent(referenceTo(pod), "Warning", "NotDeleted", message);
    }
    yield* this.writeStatus(budget, expected, countHealthy(pods, pending, now), pending);
    if (recheckAt !== undefined) this.queue.addAfter(key, recheckAt - now);
  }

  private expectedCounts(budget: PodDisruptionBudget, pods: readonly Pod[]): Expected {
    if (!needsScale(budget)) return expectedCounts(budget, pods.length, 0);
    const { total, hasUnmanaged } = expectedScale(pods, this.scaled);
    if (hasUnmanaged) {
      const message =
        `Pods selected by this PodDisruptionBudget (selector: ${selectorText(budget.spec.selector)}) were found to be unmanaged. ` +
        "As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. " +
        'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
      this.calls.recordEvent(referenceTo(budget), "Warning", "UnmanagedPods", message);
    }
    return expectedCounts(budget, pods.length, total);
  }

  /** A budget whose size cannot be found allows nothing, and is looked at again when something changes. */
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
      conditions: this.conditions(
        budget,
        { status: "False", reason: "SyncFailed", message: error.message },
        budget.status?.observedGeneration,
      ),
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
    const { generation } = budget.metadata;
    const counts = {
      ...(generation !== undefined && { observedGeneration: generation }),
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
      disruptionsAllowed: allowed,
      currentHealthy,
      ...expected,
    };
    const wished = allowed > 0 ? SUFFICIENT : INSUFFICIENT;
    const { conditions: present, ...stored } = budget.status ?? {};
    // A condition of that status stays, whatever it says.
    if (sameValue(counts, stored) && conditionOf(present, DISRUPTION_ALLOWED)?.status === wished.status) return;
    const status = { ...counts, conditions: this.conditions(budget, wished, generation) };
    yield* this.calls.updateStatus<"PodDisruptionBudget">({ ...budget, status });
  }

  private conditions(
    budget: PodDisruptionBudget,
    wished: Pick<Condition, "status" | "reason" | "message">,
    generation: number | undefined,
  ): readonly Condition[] {
    const conditions = budget.status?.conditions ?? [];
    const previous = conditionOf(conditions, DISRUPTION_ALLOWED);
    const lastTransitionTime = previous?.status === wished.status ? previous.lastTransitionTime : this.context.nowInSeconds();
    const condition: Condition = {
      type: DISRUPTION_ALLOWED,
      ...wished,
      ...(lastTransitionTime !== undefined && { lastTransitionTime }),
      ...(generation !== undefined && { observedGeneration: generation }),
    };
    return previous === undefined ? [...conditions, condition] : conditions.map((one) => (one === previous ? condition : one));
  }
}

function healthMayDiffer(previous: Pod, current: Pod): boolean {
  return previous.metadata.deletionTimestamp !== current.metadata.deletionTimestamp || isPodReady(previous) !== isPodReady(current);
}

export function startDisruptionController(context: ControllerContext): void {
  new DisruptionController(context);
}
