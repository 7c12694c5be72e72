/** Which behavior a pod has: the first rule that matches it. */
import { controllerOf } from "../api/owner-references.js";
import type { Labels } from "../api/types/meta.js";
import type { Pod } from "../api/types/pod.js";
import type { Source } from "./normalize/source.js";
import type { BehaviorRule } from "./scenario.js";
import type { Behavior } from "./schema/behavior.js";
import type { PodBehavior } from "./simulated-cluster.js";
import { kindByResourceName } from "../api/kinds.js";

const POD_TEMPLATE_HASH = "pod-template-hash";
const NOTHING: PodBehavior = {};

export function normalizeBehaviors(behaviors: readonly Behavior[], source: Source): readonly BehaviorRule[] {
  return behaviors.map((one, index) => {
    const path = ["behaviors", index];
    const { owner, ...match } = one.match;
    const [kind, name] = owner?.split("/") ?? [];
    const times = (["runDuration", "startup", "shutdown", "serviceTime"] as const).flatMap((field) => {
      const spec = one[field];
      return spec === undefined ? [] : [[field, source.distribution([...path, field], spec)] as const];
    });
    const amounts = (["cpuUsage", "memoryUsage"] as const).flatMap((field) => {
      const spec = one[field];
      return spec === undefined ? [] : [[field, source.amounts([...path, field], spec)] as const];
    });
    return {
      match: { ...match, ...(kind !== undefined && { owner: { kind: kindByResourceName(kind)?.kind ?? kind, name } }) },
      ...Object.fromEntries([...times, ...amounts]),
      ...(one.exitCode !== undefined && { exitCode: one.exitCode }),
      ...(one.concurrency !== undefined && { concurrency: one.concurrency }),
      ...(one.serviceCpu !== undefined && { serviceCpu: one.serviceCpu }),
    };
  });
}

/** The behavior of each pod. */
export function behaviorSource(rules: readonly BehaviorRule[]): (pod: Pod) => PodBehavior {
  return (pod) => rules.find((rule) => isMatch(rule, pod)) ?? NOTHING;
}

function isMatch({ match }: BehaviorRule, pod: Pod): boolean {
  const { name, namespace, labels } = pod.metadata;
  if (match.name !== undefined && match.name !== name) return false;
  if (match.namespace !== undefined && match.namespace !== namespace) return false;
  if (match.labels !== undefined && !includesAll(labels ?? {}, match.labels)) return false;
  return match.owner === undefined || isOwnedBy(pod, match.owner);
}

function includesAll(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** Through a ReplicaSet or a Job, whose names begin with their owners', a pod belongs to a Deployment or CronJob. */
function isOwnedBy(pod: Pod, owner: { readonly kind: string; readonly name: string }): boolean {
  const controller = controllerOf(pod);
  if (controller === undefined) return false;
  if (controller.kind === owner.kind) return controller.name === owner.name;
  if (owner.kind === "Deployment" && controller.kind === "ReplicaSet")
    return controller.name === `${owner.name}-${pod.metadata.labels?.[POD_TEMPLATE_HASH] ?? ""}`;
  if (owner.kind === "CronJob" && controller.kind === "Job")
    return controller.name.startsWith(`${owner.name}-`) && /^\d+$/.test(controller.name.slice(owner.name.length + 1));
  return false;
}
