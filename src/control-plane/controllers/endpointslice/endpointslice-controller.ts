/**
 * The EndpointSlice controller: keeps the back ends of each Service with a selector in slices.
 *
 * Source: kubernetes pkg/controller/endpointslice/endpointslice_controller.go.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSet, type LabelMatcher } from "../../../api/selector.js";
import type { Endpoint, EndpointSlice, Labels, Node, Pod, Service } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { controllerReference } from "../owner-references.js";
import { namespaceIsTerminating, referenceTo } from "../pod-control.js";
import { GREATEST_RETRY_DELAY, RetryLimiter } from "../rate-limiters.js";
import { ApiError, RetryLater, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { addressesOf, endpointMayDiffer, endpointOf, isBackEnd, portsOf, type AddressType, type SlicePort } from "./endpoint.js";
import { portsKey, reconcileSlices, type PortGroup } from "./reconcile-slices.js";
import { SliceTracker } from "./slice-tracker.js";

const ACCOUNT = "endpointslice-controller";
const COMPONENT = "endpoint-slice-controller";
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
export const MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by";
export const MANAGED_BY = "endpointslice-controller.k8s.io";
/** Label of slices of a headless Service. Source: v1.IsHeadlessService in core/v1. */
const HEADLESS_LABEL = "service.kubernetes.io/headless";
/** First delay after a failed sync, longer than other controllers'. Source: defaultSyncBackOff in endpointslice_controller.go. */
const FIRST_RETRY_DELAY = SECOND;
/** Source: maxRetries in endpointslice_controller.go. */
const MAX_RETRIES = 15;
/** How long a change of a slice by others waits at least. Source: endpointSliceChangeMinSyncDelay in endpointslice_controller.go. */
const SLICE_CHANGE_DELAY: SimTime = SECOND;
const BY_SERVICE = "service";

class EndpointSliceController {
  private readonly calls: ApiCalls;
  private readonly services: Informer<Service>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly queue: WorkQueue;
  private readonly tracker = new SliceTracker();
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
      updated: (_, slice) => this.sliceChanged(slice, (service) => this.tracker.isUnexpected(service, slice)),
      deleted: (slice) => this.sliceChanged(slice, (service) => this.tracker.deleted(service, slice)),
    });
    this.nodes.addHandlers({
      updated: (previous, current) => {
        if (previous.metadata.labels !== current.metadata.labels) this.allServicesChanged();
      },
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

  private allServicesChanged(): void {
    for (const service of this.services.list()) this.queue.add(objectKey(service));
  }

  private sliceChanged(slice: EndpointSlice, isUnexpected: (service: string) => boolean): void {
    if (slice.metadata.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY) return;
    for (const key of serviceKeys(slice))
      if (isUnexpected(key)) this.queue.addAfter(key, Math.max(SLICE_CHANGE_DELAY, this.context.options.endpointSliceUpdatesBatchPeriod));
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
      this.tracker.forgetService(key);
      return;
    }
    if (service.spec.type === "ExternalName" || service.spec.selector === undefined || service.metadata.deletionTimestamp !== undefined)
      return;
    const slices = [...this.slices.byIndex(BY_SERVICE, key)].filter(({ metadata }) => metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY);
    if (this.tracker.isBehind(key, slices)) throw new RetryLater("EndpointSlice informer cache is out of date");
    const errors: string[] = [];
    for (const type of addressTypes(service)) errors.push(...(yield* this.reconcile(service, slices, type)));
    if (errors.length === 0) return;
    const { namespace, name } = service.metadata;
    const problem = errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`;
    const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${problem}`;
    this.calls.recordEvent(referenceTo(service), "Warning", "FailedToUpdateEndpointSlices", message);
    throw new RetryLater(problem);
  }

  /** Brings the slices of one address family up to date. Returns what went wrong. */
  private *reconcile(service: Service, all: readonly EndpointSlice[], type: AddressType): Task<string[]> {
    const slices = all.filter(({ addressType, metadata }) => addressType === type && metadata.deletionTimestamp === undefined);
    const own = slices.filter((slice) => isOwnedBy(slice, service));
    // Those of a former Service of that name only go.
    const others = slices.filter((slice) => !own.includes(slice));
    const { groups, errors } = this.wishedEndpoints(service, type);
    const changes = reconcileSlices(own, groups, type, this.context.options.maxEndpointsPerSlice);
    const key = objectKey(service);
    for (const slice of changes.create) yield* this.write(errors, service, "create", this.createSlice(service, slice));
    for (const slice of changes.update) {
      const update = this.calls.update<"EndpointSlice">({ ...slice, ...metadataOf(service, slice) });
      const written = yield* this.write(errors, service, `update ${slice.metadata.name}`, update);
      if (written !== undefined) this.tracker.written(key, written);
    }
    for (const slice of [...others, ...changes.delete]) {
      const deletion = unless(["NotFound"], this.calls.delete<"EndpointSlice">(targetOf<"EndpointSlice">(slice)));
      const before = errors.length;
      yield* this.write(errors, service, `delete ${slice.metadata.name}`, deletion);
      if (errors.length === before) this.tracker.expectDeletion(key, slice);
    }
    return errors;
  }

  /** Source: finalize in reconciler.go. That the namespace is going away is no error. */
  private *write<T>(errors: string[], { metadata: { namespace, name } }: Service, what: string, task: Task<T>): Task<T | undefined> {
    try {
      return yield* task;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!namespaceIsTerminating(error)) errors.push(`failed to ${what} EndpointSlice for Service ${namespace}/${name}: ${error.message}`);
      return undefined;
    }
  }

  private *createSlice(service: Service, slice: Pick<EndpointSlice, "addressType" | "endpoints" | "ports">): Task<void> {
    const created = yield* this.calls.create<"EndpointSlice">({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      ...metadataOf(service, undefined),
      ...slice,
    });
    this.tracker.written(objectKey(service), created);
  }

  /** The endpoints by their ports. A pod whose node is not known is left out and is an error, so that the Service is looked at again. */
  private wishedEndpoints(service: Service, type: AddressType): { readonly groups: PortGroup[]; readonly errors: string[] } {
    const errors: string[] = [];
    const groups = new Map<string, { ports: readonly SlicePort[]; endpoints: Endpoint[] }>();
    const portsAreNumbers = (service.spec.ports ?? []).every(({ targetPort }) => typeof targetPort !== "string");
    let group: { ports: readonly SlicePort[]; endpoints: Endpoint[] } | undefined;
    for (const podKey of this.members.get(objectKey(service)) ?? []) {
      const pod = this.pods.get(podKey);
      if (pod === undefined || !isBackEnd(pod) || addressesOf(pod, type).length === 0) continue;
      const node = pod.spec.nodeName === undefined ? undefined : this.nodes.get(pod.spec.nodeName);
      if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
        const { namespace, name } = service.metadata;
        errors.push(`skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${pod.spec.nodeName ?? ""} Not Found`);
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
}

function serviceKeys(slice: EndpointSlice): readonly string[] {
  const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return service === undefined ? [] : [`${slice.metadata.namespace}/${service}`];
}

function isOwnedBy({ metadata }: EndpointSlice, service: Service): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === service.metadata.uid) === true;
}

function addressTypes(service: Service): readonly AddressType[] {
  const families = service.spec.ipFamilies ?? [];
  return families.length === 0 ? ["IPv4"] : families.map((family) => (family === "IPv6" ? "IPv6" : "IPv4"));
}

/** Metadata of a slice of the Service; a present slice keeps its own name and identity. */
function metadataOf(service: Service, slice: EndpointSlice | undefined): { readonly metadata: EndpointSlice["metadata"] } {
  const { name, namespace, labels: inherited } = service.metadata;
  const labels = {
    ...inherited,
    [SERVICE_NAME_LABEL]: name,
    [MANAGED_BY_LABEL]: MANAGED_BY,
    ...(service.spec.clusterIP === "None" && { [HEADLESS_LABEL]: "" }),
  };
  if (slice !== undefined) return { metadata: { ...slice.metadata, labels } };
  return { metadata: { name: "", generateName: `${name}-`, namespace, labels, ownerReferences: [controllerReference(service)] } };
}

export function startEndpointSliceController(context: ControllerContext): void {
  new EndpointSliceController(context);
}
