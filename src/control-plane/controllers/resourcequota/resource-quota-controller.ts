/**
 * The resource quota controller: counts what a namespace uses, so that room that became free can be used again. The admission
 * plugin of the API server counts what is created.
 *
 * Source: https://kubernetes.io/docs/concepts/policy/resource-quotas/ and kubernetes
 * pkg/controller/resourcequota/{resource_quota_controller,resource_quota_monitor}.go.
 */
import { type Kind, objectKey } from "../../../api/kinds.js";
import { addResourceLists, equalResourceLists } from "../../../api/resource-list.js";
import type { ApiObject, Pod, ResourceList, ResourceQuota, Service } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ApiCalls } from "../api-calls.js";
import type { ControllerContext } from "../controller-context.js";
import { isPodTerminal } from "../pod-conditions.js";
import type { Task } from "../task.js";
import type { WorkQueue } from "../work-queue.js";
import type { QuotaRules } from "./quota-rules.js";

const ACCOUNT = "resourcequota-controller";

const NOTHING: ResourceList = {};

/** A list added up `count` times. */
export function multiplied(list: ResourceList, count: number): ResourceList {
  let sum = NOTHING;
  let power = list;
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) sum = addResourceLists(sum, power);
    power = addResourceLists(power, power);
  }
  return sum;
}

/** Total use of the limited resources; those of which nothing is used are 0. */
export function usedOf(hard: ResourceList, usages: ReadonlyMap<ResourceList, number>): ResourceList {
  let total = NOTHING;
  for (const [usage, count] of usages) {
    const limited = Object.fromEntries(Object.entries(usage).filter(([name]) => name in hard));
    total = addResourceLists(total, multiplied(limited, count));
  }
  const sum = total;
  return Object.fromEntries(Object.keys(hard).map((name) => [name, sum[name] ?? "0"]));
}

class ResourceQuotaController {
  private readonly calls: ApiCalls;
  private readonly quotas: Informer<ResourceQuota>;
  private readonly informers = new Map<Kind, Informer<ApiObject>>();
  private readonly queue: WorkQueue;

  constructor(
    private readonly context: ControllerContext,
    private readonly rules: QuotaRules,
  ) {
    this.calls = context.calls(ACCOUNT, ACCOUNT);
    this.queue = context.queue({ workers: context.options.concurrentResourceQuotaSyncs, sync: (key) => this.sync(key) });
    this.quotas = context.informer("ResourceQuota");
    this.quotas.addHandlers({
      added: (quota) => this.quotaAdded(quota),
      updated: (previous, current) => {
        if (previous.spec !== current.spec) this.queue.add(objectKey(current));
      },
    });
    for (const kind of rules.kinds) {
      const informer = context.informer(kind) as unknown as Informer<ApiObject>;
      this.informers.set(kind, informer);
      informer.addHandlers({
        deleted: (object) => this.freed(kind, object),
        updated: (previous, current) => {
          if (this.mayUseLess(kind, previous, current)) this.freed(kind, previous);
        },
      });
    }
  }

  /** Whether room may have become free by a change. Source: DefaultUpdateFilter in pkg/quota/v1/install/update_filter.go. */
  private mayUseLess(kind: Kind, previous: ApiObject, current: ApiObject): boolean {
    switch (kind) {
      case "Pod":
        if (!isPodTerminal(previous as Pod) && isPodTerminal(current as Pod)) return true;
        // Its resources were changed in place.
        return (previous as Pod).spec !== (current as Pod).spec && this.usageDiffers(kind, previous, current);
      case "Service":
        return (previous as Service).spec.type !== (current as Service).spec.type;
      case "PersistentVolumeClaim":
        return this.usageDiffers(kind, previous, current);
      default:
        return false;
    }
  }

  private usageDiffers(kind: Kind, previous: ApiObject, current: ApiObject): boolean {
    return !equalResourceLists(this.rules.usageOf(kind, previous), this.rules.usageOf(kind, current));
  }

  private quotaAdded(quota: ResourceQuota): void {
    const key = objectKey(quota);
    this.queue.add(key);
    this.context.after(this.context.options.resourceQuotaSyncPeriod, () => this.recount(key));
  }

  /** Counts anew from time to time, whatever happened. */
  private recount(key: string): void {
    if (this.quotas.get(key) === undefined) return;
    this.queue.add(key);
    this.context.after(this.context.options.resourceQuotaSyncPeriod, () => this.recount(key));
  }

  private freed(kind: Kind, object: ApiObject): void {
    if (this.quotas.size === 0) return;
    for (const quota of this.quotas.inNamespace(object.metadata.namespace!)) {
      const hard = quota.spec.hard ?? NOTHING;
      if (Object.keys(this.rules.usageOf(kind, object)).some((name) => name in hard)) this.queue.add(objectKey(quota));
    }
  }

  private *sync(key: string): Task<void> {
    const quota = this.quotas.get(key);
    if (quota === undefined) return;
    const hard = quota.spec.hard ?? NOTHING;
    const usages = new Map<ResourceList, number>();
    const now = this.context.now();
    for (const [kind, informer] of this.informers) {
      for (const object of informer.inNamespace(quota.metadata.namespace!)) {
        const usage = this.rules.usageOf(kind, object, now);
        if (!Object.keys(usage).some((name) => name in hard) || !this.rules.matchesScopes(quota, kind, object)) continue;
        usages.set(usage, (usages.get(usage) ?? 0) + 1);
      }
    }
    const used = usedOf(hard, usages);
    if (
      equalResourceLists(quota.status?.hard ?? NOTHING, hard) &&
      sameNames(quota.status?.used, used) &&
      equalResourceLists(quota.status?.used ?? NOTHING, used)
    )
      return;
    yield* this.calls.updateStatus<"ResourceQuota">({ ...quota, status: { hard, used } });
  }
}

function sameNames(a: ResourceList | undefined, b: ResourceList): boolean {
  return Object.keys(a ?? NOTHING).length === Object.keys(b).length;
}

/** Starts the controller where the rules of quotas were given. */
export function startResourceQuotaController(context: ControllerContext): void {
  if (context.quotaRules !== undefined) new ResourceQuotaController(context, context.quotaRules);
}
