/**
 * The EndpointSlice controller: keeps the back ends of each Service with a selector in slices.
 *
 * Source: kubernetes pkg/controller/endpointslice/endpointslice_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSet, type LabelMatcher } from "../../../api/selector.js";
import { ZONE_LABEL } from "../../../api/topology-labels.js";
import type { EndpointSlice, Labels, Node, Pod, Service } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { referenceTo } from "../pod-control.js";
import { GREATEST_RETRY_DELAY, RetryLimiter } from "../rate-limiters.js";
import { RetryLater, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { endpointMayDiffer } from "./endpoint.js";
import { ServiceReconciler, throwTogether } from "./service-reconciler.js";
import { isManaged, serviceKeyOf } from "./slice-labels.js";
import { SliceTracker } from "./slice-tracker.js";
import { TopologyCache, usesTopologyMode } from "./topology-cache.js";
import { TriggerTimes } from "./trigger-times.js";

const ACCOUNT = "endpointslice-controller";
const COMPONENT = "endpoint-slice-controller";
/** First delay after a failed sync, longer than other controllers'. Source: defaultSyncBackOff in endpointslice_controller.go. */
const FIRST_RETRY_DELAY = SECOND;
/** Source: maxRetries in endpointslice_controller.go. */
const MAX_RETRIES = 15;
/** How long a change of a slice by others waits at least. Source: endpointSliceChangeMinSyncDelay in endpointslice_controller.go. */
const SLICE_CHANGE_DELAY: SimTime = SECOND;
const BY_SERVICE = "service";
/** The one key of the queue of changes among nodes. */
const NODES = "nodes";

class EndpointSliceController {
  private readonly calls: ApiCalls;
  private readonly services: Informer<Service>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly queue: WorkQueue;
  private readonly topologyQueue: WorkQueue;
  private readonly tracker = new SliceTracker();
  private readonly triggerTimes = new TriggerTimes();
  private readonly topologyCache = new TopologyCache();
  /** Whether nodes changed since the cache last saw them; without a Service that asks for hints nobody looks. */
  private nodesChanged = true;
  private readonly reconciler: ServiceReconciler;
  /** Services that select a set of labels, found once for each set while no Service changes. */
  private servicesByLabels = new WeakMap<Labels, readonly string[]>();
  private readonly matchers = new Map<string, LabelMatcher>();
  /** Keys of the pods that each Service selects. */
  private readonly members = new Map<string, Set<string>>();

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, COMPONENT);
    this.queue = context.queue({
      workers: context.options.concurrentServiceEndpointSyncs,
      maxRetries: MAX_RETRIES,
      retryLimiter: new RetryLimiter(FIRST_RETRY_DELAY, GREATEST_RETRY_DELAY),
      sync: (key) => this.sync(key),
    });
    this.services = context.informer("Service");
    this.slices = context.informer("EndpointSlice");
    this.pods = context.informer("Pod");
    this.nodes = context.informer("Node");
    this.topologyQueue = context.queue({ workers: 1, sync: () => this.checkTopology() });
    this.reconciler = new ServiceReconciler({
      calls: this.calls,
      tracker: this.tracker,
      topologyCache: this.topologyCache,
      nodeNamed: (name) => this.nodes.get(name),
      maxEndpointsPerSlice: context.options.maxEndpointsPerSlice,
    });
    this.slices.addIndex(BY_SERVICE, serviceKeys);
    this.services.addHandlers({
      added: (service) => this.serviceChanged(service),
      updated: (_, service) => this.serviceChanged(service),
      deleted: (service) => this.serviceDeleted(service),
    });
    this.pods.addHandlers({
      added: (pod) => this.podAdded(pod),
      updated: (previous, current) => {
        if (previous.metadata.labels !== current.metadata.labels) {
          this.podDeleted(previous);
          this.podAdded(current);
        } else if (endpointMayDiffer(previous, current)) this.podChanged(current);
      },
      deleted: (pod) => this.podDeleted(pod),
    });
    this.slices.addHandlers({
      added: (slice) => this.sliceChanged(slice),
      updated: (previous, slice) => this.sliceUpdated(previous, slice),
      deleted: (slice) => this.sliceDeleted(slice),
    });
    const nodesChanged = (): void => this.nodesDiffer();
    this.nodes.addHandlers({
      added: nodesChanged,
      updated: (previous, current) => {
        if (zoneOf(previous) !== zoneOf(current) || isNodeReady(previous) !== isNodeReady(current)) nodesChanged();
      },
      deleted: nodesChanged,
    });
  }

  private serviceChanged(service: Service): void {
    const key = objectKey(service);
    const matches = compileLabelSet(service.spec.selector);
    if (this.matchers.get(key) !== matches) {
      this.matchers.set(key, matches);
      this.servicesByLabels = new WeakMap();
      const members = new Set<string>();
      for (const pod of this.pods.inNamespace(service.metadata.namespace!)) if (matches(pod.metadata.labels)) members.add(objectKey(pod));
      this.members.set(key, members);
    }
    this.queue.add(key);
  }

  private serviceDeleted(service: Service): void {
    const key = objectKey(service);
    this.matchers.delete(key);
    this.members.delete(key);
    this.servicesByLabels = new WeakMap();
    this.queue.add(key);
  }

  private sliceChanged(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key !== undefined && isManaged(slice) && this.tracker.isUnexpected(key, slice)) this.requeue(key);
  }

  /** Labels are no part of what generations count, so that others may move a slice to another Service or controller unseen by the tracker. */
  private sliceUpdated(previous: EndpointSlice, slice: EndpointSlice): void {
    const from = serviceKeyOf(previous);
    const to = serviceKeyOf(slice);
    if (from === to && isManaged(previous) === isManaged(slice)) {
      this.sliceChanged(slice);
      return;
    }
    if (to !== undefined) this.requeue(to);
    if (from !== undefined && from !== to) this.requeue(from);
  }

  private sliceDeleted(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key !== undefined && isManaged(slice) && this.tracker.deleted(key, slice)) this.requeue(key);
  }

  private requeue(service: string): void {
    this.queue.addAfter(service, Math.max(SLICE_CHANGE_DELAY, this.context.options.endpointSliceUpdatesBatchPeriod));
  }

  private nodesDiffer(): void {
    this.nodesChanged = true;
    if (this.topologyCache.isUsed) this.topologyQueue.add(NODES);
  }

  private *checkTopology(): Task<void> {
    this.showNodes();
    for (const key of this.topologyCache.overloadedServices()) this.queue.add(key);
  }

  private showNodes(): void {
    if (!this.nodesChanged) return;
    this.nodesChanged = false;
    this.topologyCache.setNodes(this.nodes.list());
  }

  private podAdded(pod: Pod): void {
    for (const key of this.servicesOf(pod)) this.members.get(key)?.add(objectKey(pod));
    this.podChanged(pod);
  }

  private podDeleted(pod: Pod): void {
    for (const key of this.servicesOf(pod)) this.members.get(key)?.delete(objectKey(pod));
    this.podChanged(pod);
  }

  private podChanged(pod: Pod): void {
    for (const key of this.servicesOf(pod)) this.queue.addAfter(key, this.context.options.endpointSliceUpdatesBatchPeriod);
  }

  private servicesOf(pod: Pod): readonly string[] {
    const { labels, namespace } = pod.metadata;
    if (labels === undefined) return [];
    let keys = this.servicesByLabels.get(labels);
    if (keys === undefined) {
      const found: string[] = [];
      for (const [key, matches] of this.matchers) if (matches(labels)) found.push(key);
      keys = found;
      this.servicesByLabels.set(labels, keys);
    }
    return keys.filter((key) => key.startsWith(`${namespace}/`));
  }

  private *sync(key: string): Task<void> {
    const service = this.services.get(key);
    if (service === undefined) {
      this.triggerTimes.forget(key);
      this.tracker.forgetService(key);
      return;
    }
    if (service.spec.type === "ExternalName" || service.spec.selector === undefined) return;
    const slices = [...this.slices.byIndex(BY_SERVICE, key)].filter(
      (slice) => isManaged(slice) && slice.metadata.deletionTimestamp === undefined,
    );
    if (this.tracker.isBehind(key, slices)) throw new RetryLater("EndpointSlice informer cache is out of date");
    const pods: Pod[] = [];
    for (const podKey of this.members.get(key) ?? []) {
      const pod = this.pods.get(podKey);
      if (pod !== undefined) pods.push(pod);
    }
    const triggered = this.triggerTimes.look(key, service, pods);
    if (usesTopologyMode(service)) this.showNodes();
    const errors = yield* this.reconciler.reconcile(service, pods, slices, triggered);
    throwTogether(errors, (problem) => {
      const message = `Error updating Endpoint Slices for Service ${key}: ${problem}`;
      this.calls.recordEvent(referenceTo(service), "Warning", "FailedToUpdateEndpointSlices", message);
    });
  }
}

function serviceKeys(slice: EndpointSlice): readonly string[] {
  const key = serviceKeyOf(slice);
  return key === undefined ? [] : [key];
}

function zoneOf({ metadata }: Node): string | undefined {
  return metadata.labels?.[ZONE_LABEL];
}

function isNodeReady({ status }: Node): boolean {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

export function startEndpointSliceController(context: ControllerContext): void {
  new EndpointSliceController(context);
}
