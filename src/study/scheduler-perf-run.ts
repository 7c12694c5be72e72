/**
 * Runs a workload of scheduler_perf on a simulated control plane: its operations one after the other, in simulated time.
 *
 * Source of the rules: test/integration/scheduler_perf (executor.go, operations.go)
 */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ApiObject } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import { SchedulerCluster, type SchedulerClusterOptions } from "../cluster/scheduler-cluster.js";
import { MINUTE, type SimTime } from "../engine/simulation.js";
import type { CreatePods, DeletePods, Operation, UpdateAny } from "../scenario/importers/scheduler-perf/operation.js";
import { churn } from "./churn.js";
import { ThroughputCollection, type Collected } from "./throughput-collection.js";
import { WorkloadObjects, type Next } from "./workload-objects.js";
import { paced, waitFor } from "./workload-pacing.js";
import { isGated, isScheduled, podsIn } from "./workload-pods.js";

/** An operation could not be done: an object was refused, or a wait took too long. */
export class WorkloadFailed extends Error {
  override readonly name = "WorkloadFailed";
}

export interface PerfOutcome {
  readonly collected: readonly Collected[];
  readonly nodes: number;
  readonly podsCreated: number;
  readonly podsScheduled: number;
  /** Simulated time that the workload took. */
  readonly duration: SimTime;
}

export class SchedulerPerfRun {
  readonly cluster: SchedulerCluster;
  private readonly podNamespaces = new Set<string>();
  private readonly attempted = new Set<string>();
  private readonly collected: Collected[] = [];
  private collection: ThroughputCollection | undefined;
  private readonly objects: WorkloadObjects;
  /** Told of pods that are scheduled while an operation keeps a steady state. */
  private steady: ((pod: Pod) => void) | undefined;
  private failure: string | undefined;
  private ended = false;
  /** Number of the operation that is being performed. */
  private current = 0;
  private nodes = 0;
  private podsCreated = 0;
  private podsScheduled = 0;
  private endTime: SimTime = 0;

  constructor(
    private readonly operations: readonly Operation[],
    options: SchedulerClusterOptions,
  ) {
    const { observer } = options;
    this.cluster = new SchedulerCluster({
      ...options,
      observer: {
        ...observer,
        attempt: (attempt) => {
          this.attempted.add(attempt.pod.metadata.uid ?? "");
          observer?.attempt?.(attempt);
        },
      },
    });
    this.objects = new WorkloadObjects(this.cluster, (message) => this.fail(message));
    this.cluster.apiServer.onCommit(({ kind, object, previous }) => {
      if (kind !== "Pod" || !isScheduled(object as Pod) || (previous !== undefined && isScheduled(previous as Pod))) return;
      this.podsScheduled++;
      this.collection?.count(object as Pod);
      this.steady?.(object as Pod);
    });
  }

  /** @throws WorkloadFailed */
  run(): PerfOutcome {
    const { simulation } = this.cluster;
    this.cluster.start();
    simulation.after(0, () => this.step(0));
    while (!this.ended && this.failure === undefined) if (simulation.run(simulation.now + MINUTE) === 0) break;
    if (this.failure !== undefined) throw new WorkloadFailed(this.failure);
    if (!this.ended) throw new WorkloadFailed("the workload came to a standstill");
    return {
      collected: this.collected,
      nodes: this.nodes,
      podsCreated: this.podsCreated,
      podsScheduled: this.podsScheduled,
      duration: this.endTime,
    };
  }

  private step(index: number): void {
    if (this.failure !== undefined) return;
    if (index === this.operations.length) {
      this.stopCollecting();
      this.ended = true;
      this.endTime = this.cluster.simulation.now;
      this.cluster.simulation.stop();
      return;
    }
    this.current = index;
    this.perform(this.operations[index], () => this.step(index + 1));
  }

  private fail(message: string): void {
    this.failure ??= message;
    this.cluster.simulation.stop();
  }

  private perform(operation: Operation, next: Next): void {
    const { simulation } = this.cluster;
    switch (operation.opcode) {
      case "createNodes":
        this.nodes += operation.count;
        this.objects.createNodes(operation, next);
        return;
      case "createNamespaces": {
        const { prefix, count, template } = operation;
        this.objects.ensureNamespaces(
          Array.from({ length: count }, (_, index) => `${prefix}-${index}`),
          next,
          template,
        );
        return;
      }
      case "createPods":
        this.createPods(operation, next);
        return;
      case "createPodSets": {
        const one = (index: number): void => {
          if (index === operation.count) next();
          else this.createPods({ ...operation.createPods, namespace: `${operation.namespacePrefix}-${index}` }, () => one(index + 1));
        };
        one(0);
        return;
      }
      case "churn":
        churn(this.cluster, this.objects, operation, operation.namespace ?? `namespace-${this.current}`);
        next();
        return;
      case "barrier": {
        const { namespaces, labelSelector, stage } = operation;
        const isDone =
          stage === "Scheduled"
            ? isScheduled
            : (pod: Pod) => isScheduled(pod) || isGated(pod) || this.attempted.has(pod.metadata.uid ?? "");
        const pods = (): Pod[] => podsIn(this.cluster, namespaces.length > 0 ? namespaces : [...this.podNamespaces], labelSelector);
        this.waitFor(`barrier for ${stage} pods`, () => pods().every(isDone), next);
        return;
      }
      case "sleep":
        simulation.after(operation.duration, next);
        return;
      case "startCollectingMetrics":
        this.collection = new ThroughputCollection(this.cluster, operation.name, operation.namespaces, operation.labelSelector);
        next();
        return;
      case "stopCollectingMetrics":
        this.stopCollecting();
        next();
        return;
      case "deletePods":
        this.deletePods(operation, next);
        return;
      case "createAny": {
        const { template, count, namespace } = operation;
        this.objects.ensureNamespaces(namespace === undefined ? [] : [namespace], () =>
          this.objects.createAll(this.objects.objectsOf(template, count, namespace), next),
        );
        return;
      }
      case "updateAny":
        this.updateAny(operation, next);
    }
  }

  private createPods(operation: CreatePods, next: Next): void {
    const { count, collectMetrics, skipWaitToCompletion } = operation;
    const namespace = operation.namespace ?? `namespace-${this.current}`;
    this.podNamespaces.add(namespace);
    this.objects.ensureNamespaces([namespace], () => {
      if (collectMetrics) this.collection = new ThroughputCollection(this.cluster, "", [namespace]);
      const before = podsIn(this.cluster, [namespace]).filter(isScheduled).length;
      this.podsCreated += count;
      if (operation.steadyStateDuration !== undefined) {
        this.keepSteady(operation, namespace, operation.steadyStateDuration, () => {
          if (collectMetrics) this.stopCollecting();
          next();
        });
        return;
      }
      const create = (done: Next): void =>
        this.objects.createWithVolumes(operation, this.objects.podsOf(operation, namespace), namespace, done);
      if (skipWaitToCompletion) {
        create(next);
        return;
      }
      create(() =>
        this.waitFor(
          `${count} pods scheduled in namespace ${namespace}`,
          () => podsIn(this.cluster, [namespace]).filter(isScheduled).length >= before + count,
          () => {
            if (collectMetrics) this.stopCollecting();
            next();
          },
        ),
      );
    });
  }

  /** Keeps as many unscheduled pods around as the operation counts: one that is scheduled goes, and another comes. */
  private keepSteady(operation: CreatePods, namespace: string, duration: SimTime, next: Next): void {
    const { simulation, client } = this.cluster;
    let isOver = false;
    const create = (count: number): void =>
      this.objects.createWithVolumes(operation, this.objects.podsOf({ ...operation, count }, namespace), namespace, () => undefined);
    this.steady = (pod) => {
      if (isOver || pod.metadata.namespace !== namespace) return;
      const { name, uid } = pod.metadata;
      client.delete({ kind: "Pod", namespace, name, ...(uid !== undefined && { uid }) });
      this.podsCreated++;
      create(1);
    };
    create(operation.count);
    simulation.after(duration, () => {
      isOver = true;
      this.steady = undefined;
      next();
    });
  }

  private deletePods({ namespace, labelSelector, perSecond, skipWaitToCompletion }: DeletePods, next: Next): void {
    const pods = podsIn(this.cluster, [namespace], labelSelector);
    const remove = ({ metadata: { name, uid } }: Pod): void =>
      this.cluster.client.delete({ kind: "Pod", namespace, name, ...(uid !== undefined && { uid }) });
    const isGone = (): boolean => podsIn(this.cluster, [namespace], labelSelector).length === 0;
    const wait = (): void => (skipWaitToCompletion ? undefined : this.waitFor(`pods deleted in namespace ${namespace}`, isGone, next));
    paced(this.cluster.simulation, pods, perSecond, remove, wait);
    if (skipWaitToCompletion) next();
  }

  private updateAny({ template, count, namespace, perSecond }: UpdateAny, next: Next): void {
    const update = (object: ApiObject): void => {
      const { client } = this.cluster;
      client.update(object as ObjectsByKind[Kind], (result) => {
        if (!result.ok) this.fail(`${object.kind} ${object.metadata.name}: ${result.status.message}`);
      });
      client.updateStatus(object as ObjectsByKind[Kind]);
    };
    paced(this.cluster.simulation, this.objects.objectsOf(template, count, namespace), perSecond, update, next);
  }

  private waitFor(what: string, isDone: () => boolean, next: Next): void {
    waitFor(this.cluster.simulation, what, isDone, next, (message) => this.fail(message));
  }

  private stopCollecting(): void {
    if (this.collection !== undefined) this.collected.push(this.collection.stop());
    this.collection = undefined;
  }
}
