/**
 * The endpoints controller: keeps the legacy Endpoints object of each Service with a selector.
 *
 * Off unless --controllers names it, other than upstream: nothing in the simulated cluster reads Endpoints, and they cost a write for each
 * change of each back end.
 *
 * Source: kubernetes pkg/controller/endpoint/endpoints_controller.go; deprecated since Kubernetes 1.33 in favour of EndpointSlices.
 */
import { objectKey } from "../../../api/kinds.js";
import { compileLabelSet } from "../../../api/selector.js";
import type { Endpoints, Pod, Service } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { endpointMayDiffer } from "../endpointslice/endpoint.js";
import { HEADLESS_LABEL, isHeadless } from "../endpointslice/slice-labels.js";
import { TriggerTimes, triggerAnnotations } from "../endpointslice/trigger-times.js";
import { sameValue } from "../same-value.js";
import { unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { backEndAddress, MAX_CAPACITY, subsetsOf } from "./endpoint-subsets.js";

const ACCOUNT = "endpoint-controller";
/** Source: LabelManagedBy in endpoints_controller.go. */
const MANAGED_BY = { "endpoints.kubernetes.io/managed-by": "endpoint-controller" };

/** Says that some addresses were left out. Source: v1.EndpointsOverCapacity in core/v1/annotation_key_constants.go. */
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const TRUNCATED = "truncated";

class EndpointsController {
  private readonly calls: ApiCalls;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly endpoints: Informer<Endpoints>;
  private readonly queue: WorkQueue;
  private readonly triggerTimes = new TriggerTimes();

  constructor(context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentServiceEndpointSyncs, sync: (key) => this.sync(key) });
    this.services = context.informer("Service");
    this.pods = context.informer("Pod");
    this.endpoints = context.informer("Endpoints");
    const serviceChanged = (service: Service): void => this.queue.add(objectKey(service));
    this.services.addHandlers({ added: serviceChanged, updated: (_, service) => serviceChanged(service), deleted: serviceChanged });
    this.pods.addHandlers({
      added: (pod) => this.podChanged(pod),
      updated: (previous, pod) => {
        if (previous.metadata.labels !== pod.metadata.labels) this.podChanged(previous);
        if (previous.metadata.labels !== pod.metadata.labels || endpointMayDiffer(previous, pod)) this.podChanged(pod);
      },
      deleted: (pod) => this.podChanged(pod),
    });
  }

  private podChanged({ metadata }: Pod): void {
    for (const service of this.services.inNamespace(metadata.namespace!)) {
      const { selector } = service.spec;
      if (selector !== undefined && compileLabelSet(selector)(metadata.labels)) this.queue.add(objectKey(service));
    }
  }

  private *sync(key: string): Task<void> {
    const service = this.services.get(key);
    const present = this.endpoints.get(key);
    if (service === undefined) {
      this.triggerTimes.forget(key);
      if (present === undefined) return;
      const { namespace, name } = present.metadata;
      yield* unless(["NotFound"], this.calls.delete<"Endpoints">({ kind: "Endpoints", namespace: namespace!, name }));
      return;
    }
    const { selector, type } = service.spec;
    if (selector === undefined || type === "ExternalName") return;
    const matches = compileLabelSet(selector);
    const { namespace, name } = service.metadata;
    const pods = [...this.pods.inNamespace(namespace!)].filter(({ metadata }) => matches(metadata.labels));
    const subsets = subsetsOf(service, pods);
    const triggered = this.triggerTimes.look(key, service, pods);
    const labels = { ...service.metadata.labels, ...MANAGED_BY, ...(isHeadless(service) && { [HEADLESS_LABEL]: "" }) };
    const isCut = pods.filter((pod) => backEndAddress(service, pod) !== undefined).length > MAX_CAPACITY;
    if (
      present !== undefined &&
      sameValue(present.subsets ?? [], subsets) &&
      sameValue(present.metadata.labels ?? {}, labels) &&
      (present.metadata.annotations?.[OVER_CAPACITY] === TRUNCATED) === isCut
    )
      return;
    const others = Object.entries(present?.metadata.annotations ?? {}).filter(([annotation]) => annotation !== OVER_CAPACITY);
    const annotations = { ...triggerAnnotations(Object.fromEntries(others), triggered), ...(isCut && { [OVER_CAPACITY]: TRUNCATED }) };
    const wished: Endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { ...(present?.metadata ?? { name, namespace }), labels, annotations },
      ...(subsets.length > 0 && { subsets }),
    };
    if (present === undefined) yield* this.calls.create<"Endpoints">(wished);
    else yield* this.calls.update<"Endpoints">(wished);
  }
}

export function startEndpointsController(context: ControllerContext): void {
  new EndpointsController(context);
}
