/**
 * The namespace controller: empties a namespace that is being deleted and then lets it go.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ and kubernetes
 * pkg/controller/namespace/{namespace_controller,deletion/namespaced_resources_deleter}.go.
 */
import { KINDS, type Kind } from "../../../api/kinds.js";
import type { ApiObject, Namespace, Pod } from "../../../api/types/index.js";
import { SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import { newCondition, withCondition } from "../conditions.js";
import type { ControllerContext } from "../controller-context.js";
import { firstError, inParallel, unless, type ApiError, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";

const ACCOUNT = "namespace-controller";
/** A namespace that is being deleted is looked at only after this time, so that no API server misses its deletion. Source: namespaceDeletionGracePeriod. */
const DELETION_DELAY: SimTime = 5 * SECOND;
/** Finalizer of a namespace's spec that stands for this controller. */
const KUBERNETES_FINALIZER = "kubernetes";
/** Time that is given to a pod without a grace period of its own. Source: estimateGracePeriodForPods. */
const DEFAULT_POD_GRACE = 30;
/** Objects deleted at a time: upstream has the API server delete a whole collection in one request. Source: DeleteCollectionWorkers. */
const COLLECTION_PARALLEL = 16;
const NAMESPACED_KINDS: readonly Kind[] = KINDS.filter(({ namespaced }) => namespaced).map(({ kind }) => kind);

interface Remaining {
  readonly kind: Kind;
  readonly objects: readonly ApiObject[];
}

class NamespaceController {
  private readonly calls: ApiCalls;
  /** Deletes what one request for a collection deletes, within the API server, where no client's rate limit counts. */
  private readonly collections: ApiCalls;
  private readonly namespaces: Informer<Namespace>;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.collections = context.unlimitedCalls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentNamespaceSyncs, sync: (key) => this.sync(key) });
    this.namespaces = context.informer("Namespace");
    this.namespaces.addHandlers({
      added: (namespace) => this.namespaceChanged(namespace),
      updated: (_, namespace) => this.namespaceChanged(namespace),
    });
  }

  private namespaceChanged(namespace: Namespace): void {
    if (namespace.metadata.deletionTimestamp !== undefined) this.queue.addAfter(namespace.metadata.name, DELETION_DELAY);
  }

  private *sync(name: string): Task<void> {
    const namespace = this.namespaces.get(name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    const remaining: Remaining[] = [];
    let error: ApiError | undefined;
    for (const kind of NAMESPACED_KINDS) {
      const objects = yield* this.calls.list(kind, { namespace: name });
      if (objects.length === 0) continue;
      const failed = yield* this.deleteCollection(objects);
      error ??= failed;
      const left = yield* this.calls.list(kind, { namespace: name });
      if (left.length > 0) remaining.push({ kind, objects: left });
    }
    if (error !== undefined) throw error;
    if (remaining.length > 0) {
      yield* this.tellRemaining(namespace, remaining);
      this.queue.addAfter(name, (waitFor(remaining) * SECOND) / 2 + SECOND);
      return;
    }
    yield* unless(
      ["NotFound"],
      this.calls.patch<"Namespace">(targetOf<"Namespace">(namespace), (current) => ({
        ...current,
        spec: { ...current.spec, finalizers: (current.spec?.finalizers ?? []).filter((finalizer) => finalizer !== KUBERNETES_FINALIZER) },
      })),
    );
  }

  private *deleteCollection(objects: readonly ApiObject[]): Task<ApiError | undefined> {
    const living = objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const outcomes = yield* inParallel(living, COLLECTION_PARALLEL, (object) =>
      unless(["NotFound"], this.collections.delete(targetOf(object as never), { propagationPolicy: "Background" })),
    );
    return firstError(outcomes);
  }

  private *tellRemaining(namespace: Namespace, remaining: readonly Remaining[]): Task<void> {
    const counts = remaining.map(
      ({ kind, objects }) => `${KINDS.find((info) => info.kind === kind)!.resource}. has ${objects.length} resource instances`,
    );
    const message = `Some resources are remaining: ${counts.sort().join(", ")}`;
    const condition = newCondition("NamespaceContentRemaining", "True", "SomeResourcesRemain", message, this.context.nowInSeconds());
    const conditions = withCondition(namespace.status?.conditions, condition);
    if (conditions === namespace.status?.conditions) return;
    yield* unless(
      ["NotFound", "Conflict"],
      this.calls.updateStatus<"Namespace">({ ...namespace, status: { ...namespace.status, conditions } }),
    );
  }
}

/** Seconds after which what remains may be gone: the longest grace of its pods, or a few. */
function waitFor(remaining: readonly Remaining[]): number {
  const pods = remaining.find(({ kind }) => kind === "Pod")?.objects as readonly Pod[] | undefined;
  if (pods === undefined) return FINALIZER_WAIT;
  return Math.max(
    ...pods.map(({ spec, status }) =>
      status?.phase === "Succeeded" || status?.phase === "Failed" ? 0 : (spec.terminationGracePeriodSeconds ?? DEFAULT_POD_GRACE),
    ),
  );
}

/** Seconds that are given to others' finalizers. Source: finalizerEstimateSeconds in namespaced_resources_deleter.go. */
const FINALIZER_WAIT = 15;

export function startNamespaceController(context: ControllerContext): void {
  new NamespaceController(context);
}
