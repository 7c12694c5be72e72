/** A client that watches everything, and writes down what it sees and when. */
import { isDeepStrictEqual } from "node:util";
import type { Kind } from "../../../src/api/kinds.js";
import type { ApiObject } from "../../../src/api/types/meta.js";
import type { Event } from "../../../src/api/types/policy.js";
import type { Cluster } from "../../../src/cluster/cluster.js";
import type { SimTime } from "../../../src/engine/simulation.js";
import type { SeenEvent, Transition } from "./case.js";
import { Naming } from "./naming.js";
import { initialValue, valuesOf } from "./transitions.js";

/** Owners before what they own, so that names of owners are known when they arrive together. */
const WATCHED: readonly Kind[] = [
  "Node",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "Job",
  "ReplicaSet",
  "ControllerRevision",
  "EndpointSlice",
  "PodDisruptionBudget",
  "ResourceQuota",
  "HorizontalPodAutoscaler",
  "Pod",
];

/** Kinds whose coming and going is not written down. */
const WITHOUT_LIFE: ReadonlySet<Kind> = new Set<Kind>(["ResourceQuota"]);

const NAMESPACE = "default";
/** The API server's own Service, which no action made. */
const OWN_SERVICE = "kubernetes";

export class WatchClient {
  readonly transitions: Transition[] = [];
  readonly events: SeenEvent[] = [];
  readonly naming = new Naming();
  private readonly values = new Map<string, Map<string, unknown>>();
  private readonly startOfRun: number;
  private isWriting = false;

  /** @param start simulated time of the recording's first action */
  constructor(
    private readonly cluster: Cluster,
    private readonly start: SimTime,
  ) {
    this.startOfRun = cluster.epoch + start;
    const informers = cluster.apiServer.informers({ component: "watch-client" });
    for (const kind of WATCHED) {
      informers.informer(kind).addHandlers({
        added: (object) => this.seen(kind, object),
        updated: (_previous, object) => this.seen(kind, object),
        deleted: (object) => this.gone(kind, object),
      });
    }
    // A name is given when an object is created: others may be told of an object before its own watch event arrives.
    cluster.apiServer.onCommit((change) => {
      if (change.kind === "Event") this.recorded(change.object as Event);
      else if (change.type === "ADDED") this.naming.see(change.object);
    });
  }

  /** From now on, what is seen is written down; what was there before is known. */
  begin(): void {
    this.isWriting = true;
  }

  /** Milliseconds from the start, in tenths. */
  now(): number {
    return Math.round((this.cluster.simulation.now - this.start) / 100) / 10;
  }

  private seen(kind: Kind, object: ApiObject): void {
    if (isForeign(object)) return;
    const { uid = "" } = object.metadata;
    let known = this.values.get(uid);
    const name = `${kind} ${this.naming.of(object)}`;
    if (known === undefined) {
      this.values.set(uid, (known = new Map<string, unknown>()));
      if (!WITHOUT_LIFE.has(kind)) this.write(name, "created");
    }
    for (const [what, value] of valuesOf(object, this.naming, this.startOfRun)) {
      const previous = known.has(what) ? known.get(what) : initialValue(kind, what);
      if (value === undefined || isDeepStrictEqual(previous, value)) continue;
      // A deletion is written down once, with the grace that it began with.
      if (what === "deleting" && previous !== undefined) continue;
      known.set(what, value);
      if (what === "taints") this.writeTaints(name, previous as readonly string[], value as readonly string[]);
      else this.write(name, what, value);
    }
  }

  private writeTaints(name: string, previous: readonly string[], current: readonly string[]): void {
    for (const taint of current) if (!previous.includes(taint)) this.write(name, "taint+", taint);
    for (const taint of previous) if (!current.includes(taint)) this.write(name, "taint-", taint);
  }

  private gone(kind: Kind, object: ApiObject): void {
    if (isForeign(object)) return;
    if (!WITHOUT_LIFE.has(kind)) this.write(`${kind} ${this.naming.of(object)}`, "deleted");
  }

  private write(name: string, what: string, value?: unknown): void {
    if (!this.isWriting) return;
    this.transitions.push(value === undefined || value === null ? [this.now(), name, what] : [this.now(), name, what, value]);
  }

  private recorded({ involvedObject: { kind, name }, type, reason, source, message }: Event): void {
    if (!this.isWriting) return;
    const object = `${kind} ${this.naming.ofName(name)}`;
    this.events.push({ t: Math.round(this.now()), object, type, reason, from: source.component, message: this.naming.text(message) });
  }
}

function isForeign({ metadata: { namespace = NAMESPACE, ownerReferences = [], name } }: ApiObject): boolean {
  return (
    namespace !== NAMESPACE ||
    ownerReferences.some((owner) => owner.kind === "Service" && owner.name === OWN_SERVICE) ||
    name === OWN_SERVICE
  );
}
