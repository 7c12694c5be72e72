/**
 * What each verb does to the stored objects, each verb in a file of its own: optimistic concurrency, metadata, subresources, finalizers.
 *
 * Source: k8s.io/apiserver/pkg/registry/generic/registry/store.go and k8s.io/apiserver/pkg/registry/rest.
 */
import type { Kind, ObjectsByKind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/meta.js";
import type { Service } from "../../../api/types/network.js";
import type { PodDisruptionBudget } from "../../../api/types/policy.js";
import type { Scale } from "../../../api/types/scale.js";
import type { RandomStream } from "../../../engine/random.js";
import type { SimTime } from "../../../engine/simulation.js";
import type { DeleteOptions, Scalable, Target } from "../client.js";
import { bindPod } from "./binding.js";
import { createObject, loadObject } from "./create.js";
import { deleteObject } from "./delete.js";
import { budgetsOf, evictionRetries, evictPod } from "./eviction.js";
import { ObjectWriter, type ObjectWriterOptions } from "./object-writer.js";
import type { RegistryContext } from "./registry-context.js";
import { getScale, rescale } from "./scale.js";
import { storedByName, storedTarget } from "./stored-target.js";
import { storePatched, updateObject, type WrittenPart } from "./update.js";

export interface RegistryOptions extends Omit<RegistryContext, "writer">, ObjectWriterOptions {
  /** Spreads the tries of evictions that are in each other's way. */
  readonly evictionJitter: RandomStream;
}

export class Registry {
  private readonly context: RegistryContext;
  private readonly writer: ObjectWriter;
  private readonly evictionJitter: RandomStream;

  constructor({ store, identities, rules, admission, services, now, emit, evictionJitter }: RegistryOptions) {
    this.writer = new ObjectWriter({ store, admission, services, emit });
    this.context = { store, writer: this.writer, identities, rules, admission, services, now };
    this.evictionJitter = evictionJitter;
  }

  /** Does what a request asks for, checks and all, and stores nothing of it: the dry run of a request. */
  rehearse<T>(work: () => T): T {
    return this.writer.rehearse(work);
  }

  /** @throws ApiStatusError 404 */
  get(target: Target): ApiObject {
    return storedByName(this.context.store, target).object;
  }

  /** @throws ApiStatusError 400, 403, 404, 409 AlreadyExists, 422 or 500 */
  create(submitted: ApiObject, user: string): ApiObject {
    return createObject(this.context, submitted, user);
  }

  /** @throws ApiStatusError 404, 409 Conflict or 422 */
  update(object: ApiObject, part: WrittenPart, user: string): ApiObject {
    return updateObject(this.context, object, part, user);
  }

  /** @throws ApiStatusError 400, 404, 409 where the uid is another or the patch names another version, or 422 */
  patch<K extends Kind>(
    target: Target<K>,
    change: (current: ObjectsByKind[K]) => ObjectsByKind[K],
    part: WrittenPart,
    user: string,
  ): ApiObject {
    const entry = storedTarget(this.context.store, target);
    return storePatched(this.context, entry, change(entry.object as ObjectsByKind[K]), part, user);
  }

  /** @throws ApiStatusError 404 or 409 */
  delete(target: Target, options: DeleteOptions, user: string): ApiObject {
    return deleteObject(this.context, target, options, user);
  }

  /** @throws ApiStatusError 404 or 409 */
  bind(target: Target<"Pod">, nodeName: string): ApiObject {
    return bindPod(this.context, target, nodeName);
  }

  /** The budgets that an eviction of the pod has to respect, as they are now. */
  budgetsOf(target: Target<"Pod">): readonly PodDisruptionBudget[] {
    return budgetsOf(this.context, target);
  }

  /** Delays between the tries of one eviction. */
  evictionRetries(): () => SimTime | undefined {
    return evictionRetries(this.evictionJitter);
  }

  /**
   * @param budgets as {@link budgetsOf} gave them a moment before
   * @throws ApiStatusError 404, 429 or 500; ChangedSinceRead where a budget that has a disruption to give was changed meanwhile
   */
  evict(target: Target<"Pod">, budgets: readonly PodDisruptionBudget[], options: DeleteOptions, user: string): ApiObject {
    return evictPod(this.context, target, budgets, options, user);
  }

  /** @throws ApiStatusError 404 */
  scaleOf(target: Target<Scalable>): Scale {
    return getScale(this.context, target);
  }

  /** @throws ApiStatusError 400, 404, 409 or 422 */
  rescale(target: Target<Scalable>, change: (current: Scale) => Scale, user: string): Scale {
    return rescale(this.context, target, change, user);
  }

  /** Stores an object as it is, status and all, as if it had been there before the run: no admission, no latency. */
  load(object: ApiObject): ApiObject {
    return loadObject(this.context, object);
  }

  /** Stores an object as it was at a snapshot, version and all. */
  putBack(object: ApiObject): void {
    const { store, services } = this.context;
    const kind = object.kind as Kind;
    const entry = store.entry(kind, object.metadata.namespace, object.metadata.name);
    const previous = entry?.object;
    if (previous === object) return;
    if (kind === "Service") {
      services.allocate(object as Service, previous as Service | undefined);
      if (previous !== undefined) services.release(previous as Service, object as Service);
    }
    const revision = Number(object.metadata.resourceVersion ?? 0);
    if (entry === undefined) this.writer.added(kind, object, revision);
    else this.writer.replacedAt(kind, entry, object, revision);
  }

  /** Removes an object as it is, whatever holds it. */
  erase(object: ApiObject): void {
    const kind = object.kind as Kind;
    const { namespace, name } = object.metadata;
    this.writer.removed(kind, this.context.store.entry(kind, namespace, name)!, object);
  }
}
