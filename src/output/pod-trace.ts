/**
 * The eleven steps of a pod's creation (https://kubernetes.io/docs/concepts/architecture/), found in the requests, commits,
 * deliveries and attempts of a run. Of a pod that was created several times under one name, the last creation is traced.
 */
import type { Kind } from "../api/kinds.js";
import { controllerOf } from "../api/owner-references.js";
import type { ApiObject, OwnerReference } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { TraceListener } from "../control-plane/apiserver/api-server.js";
import type { Change } from "../control-plane/apiserver/change.js";
import type { TracedRequest } from "../control-plane/apiserver/request.js";
import type { SimTime } from "../engine/simulation.js";

/**
 * "not applicable": a pod without controller has no such step. "not seen": later steps show that it happened, but no request or
 * delivery was recorded, as for objects that were there before the run. "not reached": it did not happen in the run.
 */
export type StepState = "done" | "not applicable" | "not seen" | "not reached";

export interface TraceStep {
  /** From 1 to 11. */
  readonly step: number;
  readonly what: string;
  readonly state: StepState;
  /** Absent unless done. */
  readonly time?: SimTime;
  /** Time since the step before that was done. */
  readonly since?: SimTime;
  /** Who did it, and on which node, where it has one. */
  readonly component: string;
  readonly host?: string;
}

interface Occurrence {
  readonly time: SimTime;
  readonly component: string;
  readonly host?: string | undefined;
}

interface Creation {
  readonly object: ApiObject;
  readonly kind: Kind;
  readonly committed: SimTime;
  /** First delivery to kube-controller-manager. */
  delivered?: Occurrence;
}

/** What was seen of the pod's last creation. */
interface PodCreation {
  readonly pod: Pod;
  readonly committed: SimTime;
  queued?: Occurrence;
  bound?: { readonly time: SimTime; readonly node: string };
  seen?: Occurrence;
  running?: SimTime;
}

const CONTROLLER_MANAGER = "kube-controller-manager";
const SCHEDULER = "kube-scheduler";
/** kube-scheduler as its events name it, after its profile. */
const SCHEDULER_SOURCE = "default-scheduler";
const KUBELET = "kubelet";
const ETCD = "etcd";

/** Keeps what the steps of one pod are derived from. Which object owns the pod is known last, so creations of all others are kept. */
export class PodTraceLog {
  readonly listener: TraceListener = {
    request: (request) => {
      this.request(request);
    },
    delivered: (change, component, host, time) => {
      this.delivered(change, { component, host, time });
    },
    listed: (object, component, host, time) => {
      this.delivered({ type: "ADDED", ...object }, { component, host, time });
    },
  };
  private readonly creations = new Map<string, Creation>();
  private readonly creationRequests = new Map<string, TracedRequest>();
  private readonly podRequests: TracedRequest[] = [];
  private creation: PodCreation | undefined;

  /** @param key "namespace/name" of the pod */
  constructor(private readonly key: string) {}

  change({ type, kind, key, object, time }: Change): void {
    if (kind === "Event" || type === "DELETED") return;
    if (kind !== "Pod") {
      if (type === "ADDED") this.creations.set(object.metadata.uid ?? key, { object, kind, committed: time });
      return;
    }
    if (key !== this.key) return;
    const pod = object as Pod;
    if (type === "ADDED") this.creation = { pod, committed: time };
    const { creation } = this;
    if (creation === undefined) return;
    const node = pod.spec.nodeName;
    if (node !== undefined) creation.bound ??= { time, node };
    if (pod.status?.phase === "Running") creation.running ??= time;
  }

  private request(request: TracedRequest): void {
    const { kind, verb, namespace, name, steps } = request;
    if (steps.committed === undefined || kind === "Event") return;
    if (kind !== "Pod") {
      if (verb !== "delete") this.creationRequests.set(requestKey(kind, namespace, name, steps.committed), request);
    } else if (`${namespace ?? ""}/${name}` === this.key) this.podRequests.push(request);
  }

  private delivered({ type, kind, key, object }: Pick<Change, "type" | "kind" | "key" | "object">, to: Occurrence): void {
    if (type === "DELETED") return;
    if (kind !== "Pod") {
      if (type !== "ADDED" || to.component !== CONTROLLER_MANAGER) return;
      const creation = this.creations.get(object.metadata.uid ?? key);
      if (creation !== undefined) creation.delivered ??= to;
      return;
    }
    const { creation } = this;
    if (key !== this.key || creation === undefined || object.metadata.uid !== creation.pod.metadata.uid) return;
    if (to.component === SCHEDULER_SOURCE) creation.queued ??= to;
    else if (to.component === KUBELET && to.host === creation.bound?.node) creation.seen ??= to;
  }

  /** The steps so far, or undefined where no such pod was ever stored. */
  get steps(): readonly TraceStep[] | undefined {
    const { creation } = this;
    if (creation === undefined) return undefined;
    const { pod, committed, bound, running, queued, seen } = creation;
    const owner = this.topmostOwner(pod);
    const sentFor = (time: SimTime | undefined, subresource?: string): Occurrence | undefined => {
      const request = this.podRequests.find(
        ({ steps, ...it }) => steps.committed === time && (subresource === undefined || it.subresource === subresource),
      );
      return time === undefined || request === undefined ? undefined : sent(request);
    };
    const created = sentFor(committed, "");
    const controlled = controllerOf(pod) !== undefined;
    const stored = (time: SimTime | undefined): Occurrence | undefined => (time === undefined ? undefined : { time, component: ETCD });
    const asked = controlled ? owner && this.creationOf(owner) : created;
    return podSteps(controlled, [
      asked,
      stored(controlled ? owner?.committed : committed),
      owner?.delivered,
      controlled ? created : undefined,
      stored(committed),
      queued,
      sentFor(bound?.time, "binding"),
      stored(bound?.time),
      seen,
      sentFor(running, "status"),
      stored(running),
    ]);
  }

  private creationOf({ kind, object, committed }: Creation): Occurrence | undefined {
    const request = this.creationRequests.get(requestKey(kind, object.metadata.namespace, object.metadata.name, committed));
    return request && sent(request);
  }

  private topmostOwner(pod: Pod): Creation | undefined {
    let owner: Creation | undefined;
    for (let object: ApiObject | undefined = pod; object !== undefined;) {
      const reference: OwnerReference | undefined = controllerOf(object);
      const above: Creation | undefined = reference && this.creations.get(reference.uid);
      owner = above ?? owner;
      object = above?.object;
    }
    return owner;
  }
}

const STEPS: readonly { readonly what: string; readonly component: string }[] = [
  { what: "asks the API server to create the workload", component: "kubectl" },
  { what: "the workload is stored", component: ETCD },
  { what: "sees the workload", component: CONTROLLER_MANAGER },
  { what: "asks the API server for the pod", component: CONTROLLER_MANAGER },
  { what: "the pod is stored", component: ETCD },
  { what: "sees the pod", component: SCHEDULER },
  { what: "has picked a node and tells the API server", component: SCHEDULER },
  { what: "the binding is stored", component: ETCD },
  { what: "sees the bound pod", component: KUBELET },
  { what: "has started the pod and reports Running", component: KUBELET },
  { what: "it is stored that the pod runs", component: ETCD },
];

/** Steps 3 and 4 are those of the controller. */
const CONTROLLER_STEPS: ReadonlySet<number> = new Set([3, 4]);

/** The table of the steps from what happened at each of them. */
export function podSteps(controlled: boolean, occurrences: readonly (Occurrence | undefined)[]): TraceStep[] {
  const last = occurrences.findLastIndex((occurrence) => occurrence !== undefined);
  let before: SimTime | undefined;
  return STEPS.map(({ what, component }, index) => {
    const step = index + 1;
    const occurrence = occurrences[index];
    if (!controlled && CONTROLLER_STEPS.has(step)) return { step, what, state: "not applicable", component };
    if (occurrence === undefined) return { step, what, state: index < last ? "not seen" : "not reached", component };
    const { time, host } = occurrence;
    const since = before === undefined ? undefined : time - before;
    before = time;
    return {
      step,
      what,
      state: "done",
      time,
      ...(since !== undefined && { since }),
      component: occurrence.component === SCHEDULER_SOURCE ? SCHEDULER : occurrence.component,
      ...(host !== undefined && { host }),
    };
  });
}

function sent({ steps, caller }: TracedRequest): Occurrence {
  return { time: steps.sent, component: caller.component, host: caller.host };
}

function requestKey(kind: Kind, namespace: string | undefined, name: string, committed: SimTime): string {
  return `${kind} ${namespace ?? ""}/${name} ${committed}`;
}
