/**
 * Runs a workload of scheduler_perf on a simulated control plane: its operations one after the other, in simulated time.
 *
 * Source of the rules: test/integration/scheduler_perf (executor.go, operations.go)
 */
import { HOSTNAME_LABEL } from "../api/topology-labels.js";
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { ApiObject, Labels } from "../api/types/meta.js";
import type { Node } from "../api/types/node.js";
import type { Pod } from "../api/types/pod.js";
import type { PersistentVolume, PersistentVolumeClaim } from "../api/types/storage.js";
import { kindInfo } from "../api/kinds.js";
import { SchedulerCluster, type SchedulerClusterOptions } from "../cluster/scheduler-cluster.js";
import { MINUTE, SECOND, type SimTime } from "../engine/simulation.js";
import { withoutField } from "../scenario/without-field.js";
import type { ObjectTemplateFile } from "../scenario/importers/scheduler-perf/object-template-file.js";
import type { Churn, CreateNodes, CreatePods, DeletePods, Operation, UpdateAny } from "../scenario/importers/scheduler-perf/operation.js";
import { BASE_NODE, boundTogether, csiNode, withAllocatable } from "./scheduler-perf-objects.js";
import { SAMPLE_INTERVAL, ThroughputCollector, type Throughput } from "./scheduling-throughput.js";

/** A wait that takes longer fails the workload. */
const PATIENCE: SimTime = 10 * MINUTE;
/** Time between two looks whether what is waited for is there. */
const POLL_INTERVAL: SimTime = SECOND;

const NODE_PREFIX = "scheduler-perf-";

/** An operation could not be done: an object was refused, or a wait took too long. */
export class WorkloadFailed extends Error {
  override readonly name = "WorkloadFailed";
}

/** SchedulingThroughput of one collection; undefined where scheduling took less than two samples. */
export interface Collected {
  /** As startCollectingMetrics names it; empty for a createPods that collects. */
  readonly name: string;
  readonly throughput: Throughput | undefined;
}

export interface PerfOutcome {
  readonly collected: readonly Collected[];
  readonly nodes: number;
  readonly podsCreated: number;
  readonly podsScheduled: number;
  /** Simulated time that the workload took. */
  readonly duration: SimTime;
}

type Next = () => void;

interface Collection {
  readonly name: string;
  /** Whether the pod is of a namespace and has the labels for which throughput is collected. */
  counts(pod: Pod): boolean;
  /** Pods that counted and were scheduled. */
  scheduled: number;
  readonly collector: ThroughputCollector;
  active: boolean;
}

export class SchedulerPerfRun {
  readonly cluster: SchedulerCluster;
  private readonly podNamespaces = new Set<string>();
  private readonly attempted = new Set<string>();
  private readonly collected: Collected[] = [];
  private collection: Collection | undefined;
  /** Told of pods that are scheduled while an operation keeps a steady state. */
  private steady: ((pod: Pod) => void) | undefined;
  private failure: string | undefined;
  private ended = false;
  private names = 0;
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
    this.cluster.apiServer.onCommit(({ kind, object, previous }) => {
      if (kind !== "Pod" || !isScheduled(object as Pod) || (previous !== undefined && isScheduled(previous as Pod))) return;
      this.podsScheduled++;
      if (this.collection?.counts(object as Pod) === true) this.collection.scheduled++;
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
        this.createNodes(operation, next);
        return;
      case "createNamespaces": {
        const { prefix, count, template } = operation;
        this.ensureNamespaces(
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
        this.churn(operation);
        next();
        return;
      case "barrier": {
        const { namespaces, labelSelector, stage } = operation;
        const isDone =
          stage === "Scheduled"
            ? isScheduled
            : (pod: Pod) => isScheduled(pod) || isGated(pod) || this.attempted.has(pod.metadata.uid ?? "");
        const pods = (): Pod[] => this.podsIn(namespaces.length > 0 ? namespaces : [...this.podNamespaces], labelSelector);
        this.waitFor(`barrier for ${stage} pods`, () => pods().every(isDone), next);
        return;
      }
      case "sleep":
        simulation.after(operation.duration, next);
        return;
      case "startCollectingMetrics":
        this.startCollecting(operation.name, operation.namespaces, operation.labelSelector);
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
        this.ensureNamespaces(namespace === undefined ? [] : [namespace], () =>
          this.createAll(this.objectsOf(template, count, namespace), next),
        );
        return;
      }
      case "updateAny":
        this.updateAny(operation, next);
    }
  }

  private readonly nameOf = (prefix: string): string => `${prefix}${this.names++}`;

  /** Objects of kinds without namespace stay without. */
  private objectsOf(template: ObjectTemplateFile, count: number, namespace?: string): ApiObject[] {
    return Array.from({ length: count }, (_, index) => this.objectOf(template, index, count, namespace));
  }

  private objectOf(template: ObjectTemplateFile, index: number, count: number, namespace: string | undefined): ApiObject {
    const object = template.make(index, count, this.nameOf, namespace);
    if (namespace === undefined || kindInfo(object.kind)?.namespaced !== false) return object;
    return { ...object, metadata: withoutField(object.metadata, "namespace") };
  }

  private createAll(objects: readonly ApiObject[], next: Next): void {
    let left = objects.length;
    if (left === 0) next();
    for (const object of objects) {
      this.cluster.client.create(object as ObjectsByKind[Kind], (result) => {
        if (!result.ok) this.fail(`${object.kind} ${object.metadata.name}: ${result.status.message}`);
        else if (--left === 0) next();
      });
    }
  }

  private createNodes({ count, template, label, uniqueLabel, allocatable }: CreateNodes, next: Next): void {
    const nodes = Array.from({ length: count }, (_, index) => {
      const made =
        template === undefined
          ? { ...BASE_NODE, metadata: { name: this.nameOf(NODE_PREFIX) } }
          : this.objectOf(template, index, count, undefined);
      const { name } = made.metadata;
      const labels: Labels = {
        [HOSTNAME_LABEL]: name,
        ...made.metadata.labels,
        ...(label !== undefined && { [label.key]: label.values[index % label.values.length] }),
        ...(uniqueLabel !== undefined && { [uniqueLabel]: name }),
      };
      return withAllocatable({ ...made, metadata: { ...made.metadata, labels } } as Node, allocatable?.resources);
    });
    this.nodes += count;
    this.createAll(nodes, () =>
      this.createAll(allocatable === undefined ? [] : nodes.map(({ metadata }) => csiNode(metadata.name, allocatable)), next),
    );
  }

  private ensureNamespaces(names: readonly string[], next: Next, template?: ObjectTemplateFile): void {
    const missing = names.filter((name) => this.cluster.apiServer.objects.get("Namespace", undefined, name) === undefined);
    const objects = missing.map((name, index): ApiObject => {
      const base: ApiObject = template?.make(index, missing.length, () => name) ?? {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      };
      return { ...base, metadata: { ...base.metadata, name } };
    });
    this.createAll(objects, next);
  }

  private createPods(operation: CreatePods, next: Next): void {
    const { count, collectMetrics, skipWaitToCompletion } = operation;
    const namespace = operation.namespace ?? `namespace-${this.current}`;
    this.podNamespaces.add(namespace);
    this.ensureNamespaces([namespace], () => {
      if (collectMetrics) this.startCollecting("", [namespace], {});
      const before = this.podsIn([namespace], {}).filter(isScheduled).length;
      this.podsCreated += count;
      if (operation.steadyStateDuration !== undefined) {
        this.keepSteady(operation, namespace, operation.steadyStateDuration, () => {
          if (collectMetrics) this.stopCollecting();
          next();
        });
        return;
      }
      const create = (done: Next): void => this.createWithVolumes(operation, this.podsOf(operation, namespace), namespace, done);
      if (skipWaitToCompletion) {
        create(next);
        return;
      }
      create(() =>
        this.waitFor(
          `${count} pods scheduled in namespace ${namespace}`,
          () => this.podsIn([namespace], {}).filter(isScheduled).length >= before + count,
          () => {
            if (collectMetrics) this.stopCollecting();
            next();
          },
        ),
      );
    });
  }

  private podsOf({ template, count, signatureBatchSize }: CreatePods, namespace: string): Pod[] {
    const pods = this.objectsOf(template, count, namespace) as Pod[];
    if (signatureBatchSize === undefined) return pods;
    return pods.map((pod, index) => {
      const labels = { ...pod.metadata.labels, signature: `signature-label-${Math.floor(index / signatureBatchSize)}` };
      return { ...pod, metadata: { ...pod.metadata, labels } };
    });
  }

  private createWithVolumes({ volume: templates }: CreatePods, pods: readonly Pod[], namespace: string, next: Next): void {
    if (templates === undefined) {
      this.createAll(pods, next);
      return;
    }
    const bound = pods.map((pod, index) => {
      const volume = this.objectOf(templates.volume, index, pods.length, undefined) as PersistentVolume;
      const claim = this.objectOf(templates.claim, index, pods.length, namespace) as PersistentVolumeClaim;
      return boundTogether(pod, volume, claim, this.nameOf);
    });
    const create = (of: "volume" | "claim" | "pod", then: Next): void =>
      this.createAll(
        bound.map((one) => one[of]),
        then,
      );
    create("volume", () => create("claim", () => create("pod", next)));
  }

  /** Keeps as many unscheduled pods around as the operation counts: one that is scheduled goes, and another comes. */
  private keepSteady(operation: CreatePods, namespace: string, duration: SimTime, next: Next): void {
    const { simulation, client } = this.cluster;
    let isOver = false;
    const create = (count: number): void =>
      this.createWithVolumes(operation, this.podsOf({ ...operation, count }, namespace), namespace, () => undefined);
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

  private churn({ mode, number, interval, namespace: given, templates }: Churn): void {
    const namespace = given ?? `namespace-${this.current}`;
    const { simulation, client } = this.cluster;
    const created: ApiObject[][] = [];
    const cycle = (index: number): void => {
      const slot = number === 0 ? index : index % number;
      const isDeletion = mode === "recreate" && Math.floor(index / number) % 2 === 1;
      if (isDeletion) for (const object of created[slot] ?? []) client.delete({ kind: object.kind as Kind, ...object.metadata });
      else {
        const objects = templates.map((template) => this.objectOf(template, slot, Math.max(1, number), namespace));
        created[slot] = objects;
        // Churn is noise: an object that is refused is not missed.
        for (const object of objects) client.create(object as ObjectsByKind[Kind]);
      }
      if (mode === "create" && number > 0 && index + 1 >= number) return;
      simulation.after(interval, () => cycle(index + 1));
    };
    this.ensureNamespaces([namespace], () => simulation.after(interval, () => cycle(0)));
  }

  private deletePods({ namespace, labelSelector, perSecond, skipWaitToCompletion }: DeletePods, next: Next): void {
    const pods = this.podsIn([namespace], labelSelector);
    const remove = ({ metadata: { name, uid } }: Pod): void =>
      this.cluster.client.delete({ kind: "Pod", namespace, name, ...(uid !== undefined && { uid }) });
    const isGone = (): boolean => this.podsIn([namespace], labelSelector).length === 0;
    const wait = (): void => (skipWaitToCompletion ? undefined : this.waitFor(`pods deleted in namespace ${namespace}`, isGone, next));
    this.paced(pods, perSecond, remove, wait);
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
    this.paced(this.objectsOf(template, count, namespace), perSecond, update, next);
  }

  /** Does the work on all at once, or on so many a second. */
  private paced<T>(items: readonly T[], perSecond: number, work: (item: T) => void, next: Next): void {
    const one = (index: number): void => {
      if (index >= items.length) {
        next();
        return;
      }
      work(items[index]);
      if (perSecond === 0) one(index + 1);
      else this.cluster.simulation.after(Math.round(SECOND / perSecond), () => one(index + 1));
    };
    if (perSecond > 0) one(0);
    else {
      for (const item of items) work(item);
      next();
    }
  }

  private podsIn(namespaces: readonly string[], labels: Labels): Pod[] {
    const { objects } = this.cluster.apiServer;
    return namespaces.flatMap((namespace) =>
      [...objects.list("Pod", namespace)].filter(({ metadata }) => hasLabels(metadata.labels, labels)),
    );
  }

  private waitFor(what: string, isDone: () => boolean, next: Next): void {
    const { simulation } = this.cluster;
    const deadline = simulation.now + PATIENCE;
    const look = (): void => {
      if (isDone()) next();
      else if (simulation.now >= deadline) this.fail(`${what}: not done after ${PATIENCE / MINUTE} minutes of simulated time`);
      else simulation.after(POLL_INTERVAL, look);
    };
    look();
  }

  private startCollecting(name: string, namespaces: readonly string[], labels: Labels): void {
    const { simulation } = this.cluster;
    const counts = ({ metadata }: Pod): boolean => namespaces.includes(metadata.namespace ?? "") && hasLabels(metadata.labels, labels);
    // As an informer's handler sees them: pods that are there already count too.
    const scheduled = this.podsIn(namespaces, labels).filter(isScheduled).length;
    const collection: Collection = { name, counts, scheduled, collector: new ThroughputCollector(), active: true };
    this.collection = collection;
    const sample = (): void => {
      if (!collection.active) return;
      collection.collector.sample(simulation.now, collection.scheduled);
      simulation.after(SAMPLE_INTERVAL, sample);
    };
    simulation.after(SAMPLE_INTERVAL, sample);
  }

  private stopCollecting(): void {
    const { collection } = this;
    if (collection === undefined) return;
    collection.active = false;
    this.collection = undefined;
    this.collected.push({ name: collection.name, throughput: collection.collector.summary() });
  }
}

function hasLabels(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

/** Gated pods have a PodScheduled condition from the start, which is all that the stage Attempted asks for. */
function isGated({ spec }: Pod): boolean {
  return (spec.schedulingGates ?? []).length > 0;
}

function isScheduled({ spec }: Pod): boolean {
  return spec.nodeName !== undefined && spec.nodeName !== "";
}
