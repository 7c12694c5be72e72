/**
 * The namespace controller: empties a namespace that is being deleted, its pods first, and then lets it go.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ and kubernetes
 * pkg/controller/namespace/{namespace_controller,deletion/namespaced_resources_deleter}.go. That pods go before all else is the feature
 * OrderedNamespaceDeletion, on by default since 1.33.
 */
import { KINDS, kindInfo, type KindInfo } from "../../../api/kinds.js";
import type { ApiObject, Namespace, Pod } from "../../../api/types/index.js";
import { MINUTE, MILLISECOND, SECOND, type SimTime } from "../../../engine/simulation.js";
import { targetOf, type Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal } from "../pod-conditions.js";
import { RetryLimiter } from "../rate-limiters.js";
import { ApiError, firstError, inParallel, RetryLater, unless, type Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import { namespaceConditions, resourceText, type Remaining } from "./namespace-conditions.js";

const ACCOUNT = "namespace-controller";
/** A namespace that is being deleted is looked at only after this time, so that no API server misses its deletion. Source: namespaceDeletionGracePeriod. */
const DELETION_DELAY: SimTime = 5 * SECOND;
/** Delays after failures. Source: nsControllerRateLimiter. */
const FIRST_RETRY_DELAY: SimTime = 5 * MILLISECOND;
const GREATEST_RETRY_DELAY: SimTime = MINUTE;
/** Finalizer of a namespace's spec that stands for this controller. */
const KUBERNETES_FINALIZER = "kubernetes";
/** Seconds that are given to others' finalizers. Source: finalizerEstimateSeconds. */
const FINALIZER_WAIT = 15;
/** Objects deleted at a time: upstream has the API server delete a whole collection in one request. Source: DeleteCollectionWorkers. */
const COLLECTION_PARALLEL = 16;
const POD = kindInfo("Pod")!;
const OTHER_KINDS: readonly KindInfo[] = KINDS.filter(({ kind, namespaced }) => namespaced && kind !== "Pod");

/** What a look at a namespace's content came to. */
interface Emptying {
  readonly remaining: Remaining[];
  readonly errors: string[];
  /** Seconds after which what remains may be gone. */
  wait: number;
}

class NamespaceController {
  private readonly calls: ApiCalls;
  /** Deletes what one request for a collection deletes, within the API server, where no client's rate limit counts. */
  private readonly collections: ApiCalls;
  private readonly queue: WorkQueue;

  constructor(private readonly context: ControllerContext) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.collections = context.unlimitedCalls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({
      workers: context.options.concurrentNamespaceSyncs,
      sync: (key) => this.sync(key),
      retryLimiter: new RetryLimiter(FIRST_RETRY_DELAY, GREATEST_RETRY_DELAY),
    });
    const namespaces: Informer<Namespace> = context.informer("Namespace");
    namespaces.addHandlers({
      added: (namespace) => this.namespaceChanged(namespace),
      updated: (_, namespace) => this.namespaceChanged(namespace),
    });
  }

  private namespaceChanged(namespace: Namespace): void {
    if (namespace.metadata.deletionTimestamp !== undefined) this.queue.addAfter(namespace.metadata.name, DELETION_DELAY);
  }

  private *sync(name: string): Task<void> {
    const namespace = yield* unless(["NotFound"], this.calls.get<"Namespace">({ kind: "Namespace", name }));
    if (namespace?.metadata.deletionTimestamp === undefined || (namespace.spec?.finalizers ?? []).length === 0) return;
    const emptying = yield* this.empty(namespace);
    if (emptying.errors.length > 0) throw new RetryLater(emptying.errors.join(", "));
    if (emptying.wait > 0) {
      this.queue.addAfter(name, (Math.floor(emptying.wait / 2) + 1) * SECOND);
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

  /** Deletes the pods, and once they are gone everything else. */
  private *empty(namespace: Namespace): Task<Emptying> {
    const emptying: Emptying = { remaining: [], errors: [], wait: 0 };
    yield* this.emptyOf(namespace, POD, emptying);
    const podsRemain = emptying.remaining.length > 0;
    if (!podsRemain) for (const kind of OTHER_KINDS) yield* this.emptyOf(namespace, kind, emptying);
    // While pods remain upstream does not count them (kubernetes issue 138208).
    yield* this.tell(namespace, podsRemain ? [] : emptying.remaining, emptying.errors);
    return emptying;
  }

  private *emptyOf(namespace: Namespace, kind: KindInfo, emptying: Emptying): Task<void> {
    const { name } = namespace.metadata;
    try {
      const objects = yield* this.calls.list(kind.kind, { namespace: name });
      if (objects.length === 0) return;
      const grace = kind === POD ? this.longestGrace(namespace, objects as readonly Pod[]) : 0;
      yield* this.deleteCollection(objects);
      const left = yield* this.calls.list(kind.kind, { namespace: name });
      if (left.length === 0) return;
      const finalizers = countedFinalizers(left);
      emptying.remaining.push({ kind, count: left.length, finalizers });
      emptying.wait = Math.max(emptying.wait, grace > 0 ? grace : finalizers.size > 0 ? FINALIZER_WAIT : 0);
      if (grace === 0 && finalizers.size === 0)
        emptying.errors.push(`unexpected items still remain in namespace: ${name} for gvr: ${resourceText(kind)}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      emptying.errors.push(error.message);
    }
  }

  /** The longest grace period of pods that have not ended, in seconds; 0 where it has passed since the namespace's deletion. */
  private longestGrace({ metadata }: Namespace, pods: readonly Pod[]): number {
    let longest = 0;
    for (const pod of pods) if (!isPodTerminal(pod)) longest = Math.max(longest, pod.spec.terminationGracePeriodSeconds ?? 0);
    return this.context.now() - metadata.deletionTimestamp! >= longest * SECOND ? 0 : longest;
  }

  /** @throws ApiError where an object was refused to be deleted */
  private *deleteCollection(objects: readonly ApiObject[]): Task<void> {
    const living = objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const outcomes = yield* inParallel(living, COLLECTION_PARALLEL, (object) =>
      unless(["NotFound"], this.collections.delete(targetOf(object as never), { propagationPolicy: "Background" })),
    );
    const error = firstError(outcomes);
    if (error !== undefined) throw error;
  }

  private *tell(namespace: Namespace, remaining: readonly Remaining[], errors: readonly string[]): Task<void> {
    const present = namespace.status?.conditions ?? [];
    const conditions = namespaceConditions(present, remaining, errors, this.context.nowInSeconds());
    if (conditions === present) return;
    yield* unless(
      ["NotFound", "Conflict"],
      this.calls.updateStatus<"Namespace">({ ...namespace, status: { ...namespace.status, conditions } }),
    );
  }
}

function countedFinalizers(objects: readonly ApiObject[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { metadata } of objects) for (const name of metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export function startNamespaceController(context: ControllerContext): void {
  new NamespaceController(context);
}
