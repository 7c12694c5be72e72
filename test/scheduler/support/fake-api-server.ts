/** An API server of one map and no delays but one: what is written is seen by watchers at once, calls answer after a simulated millisecond. */
import { objectKey, type Kind, type ObjectsByKind } from "../../../src/api/kinds.js";
import type { ApiObject, ObjectReference } from "../../../src/api/types/index.js";
import type {
  ApiClient,
  Callback,
  Informer,
  InformerFactory,
  InformerHandlers,
  Target,
} from "../../../src/control-plane/apiserver/client.js";
import { MILLISECOND, type Simulation } from "../../../src/engine/simulation.js";

interface Cached {
  readonly objects: Map<string, ApiObject>;
  readonly handlers: InformerHandlers<ApiObject>[];
}

export class FakeApiServer {
  readonly events: { readonly regarding: ObjectReference; readonly type: string; readonly reason: string; readonly message: string }[] = [];
  readonly requests: string[] = [];
  private readonly kinds = new Map<string, Cached>();

  constructor(private readonly simulation: Simulation) {}

  private kind(kind: string): Cached {
    let cached = this.kinds.get(kind);
    if (cached === undefined) this.kinds.set(kind, (cached = { objects: new Map(), handlers: [] }));
    return cached;
  }

  put(object: ApiObject): void {
    const { objects, handlers } = this.kind(object.kind);
    const key = objectKey(object);
    const previous = objects.get(key);
    if (previous === object) return;
    objects.set(key, object);
    for (const handler of handlers) {
      if (previous === undefined) handler.added?.(object);
      else handler.updated?.(previous, object);
    }
  }

  remove(object: ApiObject): void {
    const { objects, handlers } = this.kind(object.kind);
    const last = objects.get(objectKey(object));
    if (last === undefined) return;
    objects.delete(objectKey(object));
    for (const handler of handlers) handler.deleted?.(last);
  }

  get<K extends Kind>(kind: K, key: string): ObjectsByKind[K] | undefined {
    return this.kind(kind).objects.get(key) as ObjectsByKind[K] | undefined;
  }

  private change<K extends Kind>(
    what: string,
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    done?: Callback<ObjectsByKind[K]>,
  ): void {
    const key = target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`;
    this.requests.push(`${what} ${key}`);
    this.simulation.after(MILLISECOND, () => {
      const current = this.get(target.kind, key);
      if (current === undefined) {
        done?.({ ok: false, status: { code: 404, reason: "NotFound", message: `${target.kind} "${target.name}" not found` } });
        return;
      }
      const next = change(current);
      this.put(next);
      done?.({ ok: true, object: next });
    });
  }

  get client(): ApiClient {
    const unexpected = (): never => {
      throw new Error("the scheduler does not call this");
    };
    return {
      create: unexpected,
      update: (object, done) =>
        this.change(
          "update",
          { kind: (object as ApiObject).kind as Kind, ...(object as ApiObject).metadata },
          () => object as never,
          done as never,
        ),
      updateStatus: unexpected,
      patch: (target, change, done) => this.change("patch", target, change, done),
      patchStatus: (target, change, done) => this.change("patchStatus", target, change, done),
      delete: (target, _options, done) => {
        const key = `${target.namespace}/${target.name}`;
        this.requests.push(`delete ${key}`);
        this.simulation.after(MILLISECOND, () => {
          const object = this.kind(target.kind).objects.get(key);
          if (object !== undefined) this.remove(object);
          done?.({ ok: true, object: object as never });
        });
      },
      bind: (pod, nodeName, done) => this.change("bind", pod, (current) => ({ ...current, spec: { ...current.spec, nodeName } }), done),
      evict: unexpected,
      get: unexpected,
      list: unexpected,
      scales: { get: unexpected, update: unexpected, patch: unexpected },
      recordEvent: (regarding, type, reason, message) => void this.events.push({ regarding, type, reason, message }),
    };
  }

  get informers(): InformerFactory {
    return {
      informer: <K extends Kind>(kind: K): Informer<ObjectsByKind[K]> => {
        const { objects, handlers } = this.kind(kind);
        const typed = objects as Map<string, ObjectsByKind[K]>;
        return {
          get size() {
            return objects.size;
          },
          get: (key) => typed.get(key),
          list: () => typed.values(),
          inNamespace: (namespace) => [...typed.values()].filter((object) => (object as ApiObject).metadata.namespace === namespace),
          byIndex: () => [],
          addIndex: () => undefined,
          addHandlers: (added) => {
            handlers.push(added as InformerHandlers<ApiObject>);
            for (const object of objects.values()) added.added?.(object as ObjectsByKind[K]);
          },
        };
      },
    };
  }
}
