/**
 * Brings the slices of one Service up to date.
 *
 * Source: staging/src/k8s.io/endpointslice/reconciler.go.
 */
import { objectKey } from "../../../api/kinds.js";
import type { Endpoint, EndpointSlice, Labels, Node, Pod, Service, Timestamp } from "../../../api/types/index.js";
import { targetOf } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { controllerReference } from "../owner-references.js";
import { namespaceIsTerminating, referenceTo } from "../pod-control.js";
import { ApiError, RetryLater, unless, type Task } from "../task.js";
import { addressesOf, endpointOf, isBackEnd, portsOf, type AddressType, type SlicePort } from "./endpoint.js";
import { withoutHints } from "./hinted-slices.js";
import { portsKey, reconcileSlices, type NewSlice, type PortGroup, type SliceChanges } from "./reconcile-slices.js";
import { sliceLabels } from "./slice-labels.js";
import type { SliceTracker } from "./slice-tracker.js";
import { usesTopologyMode, type HintsEvent, type TopologyCache } from "./topology-cache.js";
import { distributed, trafficDistributionOf } from "./traffic-distribution.js";
import { triggerAnnotations } from "./trigger-times.js";

export interface ReconcilerOptions {
  readonly calls: ApiCalls;
  readonly tracker: SliceTracker;
  readonly topologyCache: TopologyCache;
  readonly nodeNamed: (name: string) => Node | undefined;
  readonly maxEndpointsPerSlice: number;
}

export class ServiceReconciler {
  constructor(private readonly options: ReconcilerOptions) {}

  /**
   * @param slices the Service's slices that are not being deleted
   * @param triggered when what leads to changes happened, if that is known
   * @returns what went wrong
   */
  *reconcile(
    service: Service,
    pods: readonly Pod[],
    slices: readonly EndpointSlice[],
    triggered: Timestamp | undefined,
  ): Task<readonly string[]> {
    const errors: string[] = [];
    const types = addressTypes(service);
    for (const type of types) {
      const ofType = slices.filter(({ addressType }) => addressType === type);
      errors.push(...(yield* this.reconcileType(service, pods, ofType, triggered, type)));
    }
    const key = objectKey(service);
    for (const slice of slices) {
      if (types.includes(slice.addressType)) continue;
      this.options.topologyCache.forget(key, slice.addressType);
      const error = yield* this.attempt(
        `error deleting ${slice.metadata.name} EndpointSlice for Service ${key}`,
        this.deleteSlice(key, slice),
      );
      if (error !== undefined) errors.push(error.message);
    }
    return errors;
  }

  private *reconcileType(
    service: Service,
    pods: readonly Pod[],
    slices: readonly EndpointSlice[],
    triggered: Timestamp | undefined,
    type: AddressType,
  ): Task<string[]> {
    const own = slices.filter((slice) => isOwnedBy(slice, service));
    // Those of a former Service of that name only go.
    const foreign = slices.filter((slice) => !own.includes(slice));
    const { groups, errors } = this.wishedEndpoints(service, pods, type);
    const labels = sliceLabels(service);
    const plain = reconcileSlices(own, groups, type, this.options.maxEndpointsPerSlice, labels, foreign);
    const { changes, events } = this.hinted(service, type, plain);
    const error = yield* this.finalize(service, changes, labels, triggered);
    if (error !== undefined) errors.push(error.message);
    for (const event of events) this.options.calls.recordEvent(referenceTo(service), event.type, event.reason, event.message);
    return errors;
  }

  private hinted(
    service: Service,
    type: AddressType,
    changes: SliceChanges,
  ): { readonly changes: SliceChanges; readonly events: readonly HintsEvent[] } {
    const { topologyCache } = this.options;
    const key = objectKey(service);
    if (usesTopologyMode(service)) return topologyCache.addHints(key, type, changes);
    const events = topologyCache.forget(key, type);
    const distribution = trafficDistributionOf(service);
    return { changes: distribution === undefined ? withoutHints(changes) : distributed(changes, distribution), events };
  }

  /** The endpoints by their ports. A pod whose node is not known is left out and is an error, so that the Service is looked at again. */
  private wishedEndpoints(
    service: Service,
    pods: readonly Pod[],
    type: AddressType,
  ): { readonly groups: PortGroup[]; readonly errors: string[] } {
    const errors: string[] = [];
    const groups = new Map<string, { ports: readonly SlicePort[]; endpoints: Endpoint[] }>();
    const portsAreNumbers = (service.spec.ports ?? []).every(({ targetPort }) => typeof targetPort !== "string");
    let group: { ports: readonly SlicePort[]; endpoints: Endpoint[] } | undefined;
    for (const pod of pods) {
      if (!isBackEnd(pod) || addressesOf(pod, type).length === 0) continue;
      const node = pod.spec.nodeName === undefined ? undefined : this.options.nodeNamed(pod.spec.nodeName);
      if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
        errors.push(`skipping Pod ${pod.metadata.name} for Service ${objectKey(service)}: Node ${pod.spec.nodeName ?? ""} Not Found`);
        continue;
      }
      if (group === undefined || !portsAreNumbers) {
        const ports = portsOf(pod, service);
        const key = portsKey(ports);
        group = groups.get(key) ?? { ports, endpoints: [] };
        groups.set(key, group);
      }
      group.endpoints.push(endpointOf(pod, node, service, type));
    }
    return { groups: [...groups.values()], errors };
  }

  /** Writes until something is refused. That the namespace is going away is no error. Source: finalize in reconciler.go. */
  private *finalize(service: Service, changes: SliceChanges, labels: Labels, triggered: Timestamp | undefined): Task<ApiError | undefined> {
    const key = objectKey(service);
    const create = changes.create.map((slice) => newSlice(service, slice, labels));
    const update = [...changes.update];
    const remove: EndpointSlice[] = [];
    // A slice that would go serves as one that would have to be made: it is replaced whatever became of it meanwhile.
    for (const slice of changes.delete) {
      const made = isOwnedBy(slice, service) ? create.pop() : undefined;
      if (made === undefined) remove.push(slice);
      else update.push({ ...made, metadata: { ...made.metadata, name: slice.metadata.name } });
    }
    if (service.metadata.deletionTimestamp === undefined) {
      for (const slice of create) {
        const writing = this.write(key, this.options.calls.create<"EndpointSlice">(triggeredAt(slice, triggered)));
        const error = yield* this.attempt(`failed to create EndpointSlice for Service ${key}`, writing);
        if (error !== undefined) return namespaceIsTerminating(error) ? undefined : error;
      }
    }
    for (const slice of update) {
      const writing = this.write(key, this.options.calls.update<"EndpointSlice">(triggeredAt(slice, triggered)));
      const error = yield* this.attempt(`failed to update ${slice.metadata.name} EndpointSlice for Service ${key}`, writing);
      if (error !== undefined) return error;
    }
    for (const slice of remove) {
      const error = yield* this.attempt(
        `failed to delete ${slice.metadata.name} EndpointSlice for Service ${key}`,
        this.deleteSlice(key, slice),
      );
      if (error !== undefined) return error;
    }
    return undefined;
  }

  private *write(service: string, task: Task<EndpointSlice>): Task<void> {
    this.options.tracker.written(service, yield* task);
  }

  private *deleteSlice(service: string, slice: EndpointSlice): Task<void> {
    const deleted = yield* unless(["NotFound"], this.options.calls.delete<"EndpointSlice">(targetOf<"EndpointSlice">(slice)));
    if (deleted !== undefined) this.options.tracker.expectDeletion(service, slice);
  }

  /** The error with what was attempted before it, undefined where all went well. */
  private *attempt(what: string, task: Task<void>): Task<ApiError | undefined> {
    try {
      yield* task;
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return new ApiError({ ...error.status, message: `${what}: ${error.message}` });
    }
  }
}

/** What several errors say together. Source: Aggregate in apimachinery pkg/util/errors. @throws RetryLater where there is any */
export function throwTogether(errors: readonly string[], tell: (problem: string) => void): void {
  if (errors.length === 0) return;
  const different = [...new Set(errors)];
  const problem = different.length === 1 ? different[0] : `[${different.join(", ")}]`;
  tell(problem);
  throw new RetryLater(problem);
}

function isOwnedBy({ metadata }: EndpointSlice, service: Service): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === service.metadata.uid) === true;
}

function addressTypes({ spec }: Service): readonly AddressType[] {
  const families = spec.ipFamilies ?? [];
  return families.length === 0 ? ["IPv4"] : families.map((family) => (family === "IPv6" ? "IPv6" : "IPv4"));
}

function newSlice(service: Service, slice: NewSlice, labels: Labels): EndpointSlice {
  const { name, namespace } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "", generateName: `${name}-`, namespace, labels, ownerReferences: [controllerReference(service)] },
    ...slice,
  };
}

function triggeredAt(slice: EndpointSlice, triggered: Timestamp | undefined): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, annotations: triggerAnnotations(slice.metadata.annotations, triggered) } };
}
