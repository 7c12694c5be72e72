/** {@link ApiClient} of one component: turns calls into requests. */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import { labelSelectorMatches } from "../../api/selector.js";
import type { ApiObject, ObjectReference } from "../../api/types/meta.js";
import type { Pod } from "../../api/types/pod.js";
import type { PodDisruptionBudget } from "../../api/types/policy.js";
import type { Scale } from "../../api/types/scale.js";
import type { SimTime } from "../../engine/simulation.js";
import type { ApiClient, Callback, DeleteOptions, GetOptions, ListOptions, Result, ScaleClient, Target } from "./client.js";
import type { EventRecording } from "./event-recording.js";
import type { ObjectReader } from "./object-store.js";
import type { Registry } from "./registry/registry.js";
import type { Caller, Sender, Subresource, Verb, WritePrecondition } from "./request.js";
import type { RequestPath } from "./request-path.js";

const NO_OPTIONS: DeleteOptions = {};

function byKey(a: ApiObject, b: ApiObject): number {
  const left = a.metadata.namespace ?? "";
  const right = b.metadata.namespace ?? "";
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0;
}

export class ApiClientConnection implements ApiClient, Sender {
  readonly arrivals = new Map<string, SimTime>();

  constructor(
    readonly caller: Caller,
    readonly reserve: (() => SimTime) | undefined,
    private readonly path: RequestPath,
    private readonly registry: Registry,
    private readonly objects: ObjectReader,
    private readonly events: EventRecording,
    readonly eventSeries: boolean,
    private readonly ownEventClient?: ApiClient,
    private readonly dryRun = false,
  ) {}

  /** Events go through a client of their own where the component has one, else they share the limit of all its requests. */
  get eventClient(): ApiClient {
    return this.ownEventClient ?? this;
  }

  create<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.send("create", "", targetOfObject(object), () => this.registry.create(object, this.caller.user), done);
  }

  update<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.send("update", "", targetOfObject(object), () => this.registry.update(object, "", this.caller.user), done, object.metadata);
  }

  updateStatus<K extends Kind>(object: ObjectsByKind[K], done?: Callback<ObjectsByKind[K]>): void {
    this.send(
      "update",
      "status",
      targetOfObject(object),
      () => this.registry.update(object, "status", this.caller.user),
      done,
      object.metadata,
    );
  }

  patch<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    this.send("patch", "", target, () => this.registry.patch(target, change, "", this.caller.user), done);
  }

  patchStatus<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    this.send("patch", "status", target, () => this.registry.patch(target, change, "status", this.caller.user), done);
  }

  delete<K extends Kind>(target: Target<K>, options: DeleteOptions = NO_OPTIONS, done?: Callback<ObjectsByKind[K]>): void {
    this.send("delete", "", target, () => this.registry.delete(target, options, this.caller.user), done, options.preconditions);
  }

  bind(pod: Target<"Pod">, nodeName: string, done?: Callback<Pod>): void {
    this.send<"Pod">("create", "binding", pod, () => this.registry.bind(pod, nodeName), done);
  }

  evict(pod: Target<"Pod">, options: DeleteOptions = NO_OPTIONS, done?: Callback<Pod>): void {
    let budgets: readonly PodDisruptionBudget[] = [];
    const read = (): void => {
      budgets = this.registry.budgetsOf(pod);
    };
    const handle = this.handling(() => this.registry.evict(pod, budgets, options, this.caller.user));
    const rereading = { read, nextTry: this.registry.evictionRetries() };
    this.path.send(this, { verb: "create", subresource: "eviction", target: pod, precondition: undefined, handle, rereading, done });
  }

  readonly scales: ScaleClient = {
    get: (target, done) => {
      this.sendScale("get", target, () => this.registry.scaleOf(target), done);
    },
    update: (target, scale, done) => {
      this.sendScale("update", target, () => this.registry.rescale(target, () => scale, this.caller.user), done, scale.metadata);
    },
    patch: (target, change, done) => {
      this.sendScale("patch", target, () => this.registry.rescale(target, change, this.caller.user), done);
    },
  };

  get<K extends Kind>(target: Target<K>, done: Callback<ObjectsByKind[K]>, { resourceVersion }: GetOptions = {}): void {
    const fromCache = resourceVersion !== undefined;
    this.path.send(this, {
      verb: "get",
      subresource: "",
      target,
      precondition: undefined,
      fromCache,
      handle: () => this.registry.get(target),
      done,
    });
  }

  list<K extends Kind>(kind: K, options: ListOptions, done: (result: Result<readonly ObjectsByKind[K][]>) => void): void {
    const { namespace, labelSelector } = options;
    const target: Target = { kind, name: "", ...(namespace !== undefined && { namespace }) };
    const handle = (): readonly ApiObject[] => {
      const found: ApiObject[] = [];
      for (const object of this.objects.list(kind, namespace)) {
        if (labelSelector === undefined || labelSelectorMatches(labelSelector, object.metadata.labels)) found.push(object);
      }
      return found.sort(byKey);
    };
    this.path.send(this, { verb: "list", subresource: "", target, precondition: undefined, handle, done });
  }

  recordEvent(regarding: ObjectReference, type: "Normal" | "Warning", reason: string, message: string): void {
    this.events.record(this, regarding, type, reason, message);
  }

  /** A dry run stores nothing. */
  private handling<T>(handle: () => T): () => T {
    return this.dryRun ? () => this.registry.rehearse(handle) : handle;
  }

  private sendScale(
    verb: Verb,
    target: Target,
    handle: () => Scale,
    done: Callback<Scale> | undefined,
    precondition?: WritePrecondition,
  ): void {
    this.path.send(this, { verb, subresource: "scale", target, precondition, handle: this.handling(handle), done });
  }

  private send<K extends Kind>(
    verb: Verb,
    subresource: Subresource,
    target: Target,
    handle: () => ApiObject,
    done: Callback<ObjectsByKind[K]> | undefined,
    precondition?: WritePrecondition,
  ): void {
    this.path.send(this, { verb, subresource, target, precondition, handle: this.handling(handle), done });
  }
}

function targetOfObject(object: ApiObject): Target {
  const { namespace, name } = object.metadata;
  return { kind: object.kind as Kind, name, ...(namespace !== undefined && { namespace }) };
}
