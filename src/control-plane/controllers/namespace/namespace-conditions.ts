/**
 * What a namespace that is being deleted tells of its deletion.
 *
 * Source: kubernetes pkg/controller/namespace/deletion/status_condition_utils.go.
 */
import type { KindInfo } from "../../../api/kinds.js";
import type { Condition, Timestamp } from "../../../api/types/index.js";

/** What is left of a kind. */
export interface Remaining {
  readonly kind: KindInfo;
  readonly count: number;
  /** In how many objects each finalizer is. */
  readonly finalizers: ReadonlyMap<string, number>;
}

type Told = Pick<Condition, "status" | "reason" | "message">;

/** The conditions in their order, and what each says while all is well. */
const WELL: readonly (readonly [type: string, reason: string, message: string])[] = [
  ["NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"],
  ["NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"],
  ["NamespaceDeletionContentFailure", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
  ["NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"],
  ["NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"],
];

function joined(texts: readonly string[]): string {
  return [...texts].sort().join(", ");
}

function groupOf({ apiVersion }: KindInfo): string {
  return apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
}

/** A kind as Go prints a GroupVersionResource. */
export function resourceText(kind: KindInfo): string {
  return `${groupOf(kind)}/${kind.apiVersion.split("/").at(-1)}, Resource=${kind.resource}`;
}

function contentRemaining(remaining: readonly Remaining[]): Told | undefined {
  if (remaining.length === 0) return undefined;
  const counts = remaining.map(({ kind, count }) => `${kind.resource}.${groupOf(kind)} has ${count} resource instances`);
  return { status: "True", reason: "SomeResourcesRemain", message: `Some resources are remaining: ${joined(counts)}` };
}

function finalizersRemaining(remaining: readonly Remaining[]): Told | undefined {
  const totals = new Map<string, number>();
  for (const { finalizers } of remaining) for (const [name, count] of finalizers) totals.set(name, (totals.get(name) ?? 0) + count);
  if (totals.size === 0) return undefined;
  const counts = [...totals].map(([name, count]) => `${name} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${joined(counts)}`;
  return { status: "True", reason: "SomeFinalizersRemain", message };
}

function contentFailure(errors: readonly string[]): Told | undefined {
  if (errors.length === 0) return undefined;
  const message = `Failed to delete all resource types, ${errors.length} remaining: ${joined(errors)}`;
  return { status: "True", reason: "ContentDeletionFailed", message };
}

/** The conditions brought up to date; the same list where nothing changed. */
export function namespaceConditions(
  present: readonly Condition[],
  remaining: readonly Remaining[],
  errors: readonly string[],
  now: Timestamp,
): readonly Condition[] {
  const told = new Map<string, Told | undefined>([
    ["NamespaceDeletionContentFailure", contentFailure(errors)],
    ["NamespaceContentRemaining", contentRemaining(remaining)],
    ["NamespaceFinalizersRemaining", finalizersRemaining(remaining)],
  ]);
  let conditions = present;
  for (const [type, reason, message] of WELL) {
    const wished = told.get(type) ?? ({ status: "False", reason, message } as const);
    const before = conditions.find((condition) => condition.type === type);
    if (before?.status === wished.status && before.reason === wished.reason && before.message === wished.message) continue;
    const lastTransitionTime = before?.status === wished.status ? before.lastTransitionTime! : now;
    const condition: Condition = { type, ...wished, lastTransitionTime };
    conditions = before === undefined ? [...conditions, condition] : conditions.map((one) => (one === before ? condition : one));
  }
  return conditions;
}
