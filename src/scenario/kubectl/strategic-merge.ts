/**
 * Patches: strategic merge, JSON merge (RFC 7386), JSON patch (RFC 6902), and the three-way merge of kubectl apply.
 *
 * Source: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/,
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-apply-calculates-differences-and-merges-changes
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };
type Fields = Readonly<Record<string, unknown>>;

/** Lists whose items are merged by a key; all others are replaced as a whole. Source: patchMergeKey of the API types. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  imagePullSecrets: ["name"],
  secrets: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  ports: ["containerPort", "port"],
  hostAliases: ["ip"],
  taints: ["key"],
  addresses: ["type"],
  conditions: ["type"],
  topologySpreadConstraints: ["topologyKey"],
  ownerReferences: ["uid"],
};

/** Lists of plain values that are merged as sets. */
const MERGED_SETS = new Set(["finalizers"]);

/** Fields of which only what the manifest has stays (patchStrategy retainKeys). */
export const RETAINED = new Set(["strategy"]);

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The field by which the items of a list are told apart; undefined: it is replaced as a whole. */
export function keyOf(field: string, items: readonly unknown[]): string | undefined {
  return MERGE_KEYS[field]?.find((key) => items.every((item) => isFields(item) && (item[key] !== undefined || item.$patch !== undefined)));
}

/** The value with a strategic merge patch applied. */
export function mergeStrategically(current: unknown, patch: unknown, field = ""): unknown {
  if (Array.isArray(patch)) return mergeLists(Array.isArray(current) ? (current as unknown[]) : [], patch, field);
  if (!isFields(patch)) return patch;
  if (patch.$patch === "replace") return withoutDirectives(patch);
  const before = isFields(current) ? current : {};
  const result: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith("$")) continue;
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = mergeStrategically(before[name], value, name);
  }
  return result;
}

function mergeLists(current: readonly unknown[], patch: readonly unknown[], field: string): unknown {
  if (MERGED_SETS.has(field)) return inPlace([...new Set(patch)], current, (item) => item);
  const key = keyOf(field, patch);
  if (key === undefined || patch.some((item) => isFields(item) && item.$patch === "replace"))
    return patch.filter((item) => !isFields(item) || item.$patch === undefined).map(withoutDirectives);
  const keyValue = (item: unknown): unknown => (isFields(item) ? item[key] : undefined);
  const items = patch as readonly Fields[];
  const deleted = new Set(items.filter((item) => item.$patch === "delete").map(keyValue));
  const kept = current.filter((item) => !deleted.has(keyValue(item)));
  // An item that the patch names twice is merged twice.
  const merged = new Map<unknown, unknown>();
  for (const item of items) {
    if (item.$patch === "delete") continue;
    const before = merged.get(item[key]) ?? kept.find((one) => keyValue(one) === item[key]);
    merged.set(item[key], before === undefined ? withoutDirectives(item) : mergeStrategically(before, item));
  }
  return inPlace([...merged.values()], kept, keyValue);
}

/**
 * Items of a patch and those that it does not name, each in their own order: an item of the patch comes as soon as nothing that is not
 * named stood before it, so that new ones come first. Source: mergeSortedSlice in apimachinery pkg/util/strategicpatch/patch.go.
 */
function inPlace(merged: readonly unknown[], current: readonly unknown[], keyValue: (item: unknown) => unknown): unknown[] {
  const order = current.map(keyValue);
  const named = new Set(merged.map(keyValue));
  const others = current.filter((item) => !named.has(keyValue(item)));
  const result: unknown[] = [];
  let next = 0;
  for (const item of merged) {
    const place = order.indexOf(keyValue(item));
    while (next < others.length && order.indexOf(keyValue(others[next])) < place) result.push(others[next++]);
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => (name.startsWith("$") ? [] : [[name, withoutDirectives(part)]])),
  );
}

/** The value with a JSON merge patch applied. Source: https://www.rfc-editor.org/rfc/rfc7386 */
export function mergeJson(current: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Record<string, unknown> = isFields(current) ? { ...current } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = mergeJson(result[name], value);
  }
  return result;
}

export interface JsonPatchStep {
  readonly op: "add" | "remove" | "replace" | "test" | "move" | "copy";
  readonly path: string;
  /** Of "move" and "copy": where the value is taken from. */
  readonly from?: string;
  readonly value?: unknown;
}

/** A step of a JSON patch that does not fit the object. */
export class JsonPatchError extends Error {
  override readonly name = "JsonPatchError";
}

const STEPS: ReadonlySet<unknown> = new Set(["add", "remove", "replace", "test", "move", "copy"] satisfies JsonPatchStep["op"][]);

/** The value with a JSON patch applied. Source: https://www.rfc-editor.org/rfc/rfc6902 @throws JsonPatchError */
export function applyJsonPatch(current: unknown, steps: readonly unknown[]): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (!isStep(step)) throw new JsonPatchError(`Unexpected kind: ${JSON.stringify(step)}`);
    const { op, path, from = "" } = step;
    if (op !== "move" && op !== "copy") return patchAt(value, partsOf(path), step);
    const taken = valueAt(value, from);
    const rest = op === "move" ? patchAt(value, partsOf(from), { op: "remove", path: from }) : value;
    return patchAt(rest, partsOf(path), { op: "add", path, value: taken });
  }, current);
}

function isStep(value: unknown): value is JsonPatchStep {
  return isFields(value) && STEPS.has(value.op) && typeof value.path === "string" && ["string", "undefined"].includes(typeof value.from);
}

/** The parts of a pointer. Source: https://www.rfc-editor.org/rfc/rfc6901 */
function partsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueAt(value: unknown, pointer: string): unknown {
  const found = partsOf(pointer).reduce<unknown>((inner, part) => {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, part)) return undefined;
    return (inner as Fields)[part];
  }, value);
  if (found === undefined) throw new JsonPatchError(`doc is missing key: ${JSON.stringify(pointer)}`);
  return found;
}

function patchAt(value: unknown, path: readonly string[], step: JsonPatchStep): unknown {
  if (path.length === 0) {
    if (step.op === "test" && JSON.stringify(value) !== JSON.stringify(step.value))
      throw new JsonPatchError(`testing path ${step.path} value failed`);
    return step.op === "test" ? value : step.value;
  }
  const [name, ...rest] = path;
  const missing = () => new JsonPatchError(`${step.op} operation does not apply: doc is missing path: ${JSON.stringify(step.path)}`);
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    const index = name === "-" ? value.length : Number(name);
    if (
      !Number.isInteger(index) ||
      index < 0 ||
      index > value.length ||
      (index === value.length && !(rest.length === 0 && step.op === "add"))
    )
      throw missing();
    if (rest.length === 0 && step.op === "add") return [...items.slice(0, index), step.value, ...items.slice(index)];
    if (rest.length === 0 && step.op === "remove") return items.filter((_, i) => i !== index);
    return items.map((item, i) => (i === index ? patchAt(item, rest, step) : item));
  }
  if (!isFields(value) || (value[name] === undefined && !(rest.length === 0 && step.op === "add"))) throw missing();
  if (rest.length === 0 && step.op === "remove") return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
  return { ...value, [name]: patchAt(value[name], rest, step) };
}

/**
 * What kubectl apply stores: what the manifest has, on top of what is stored, less what the manifest had when it was last applied
 * and has no longer.
 */
export function mergeThreeWays(lastApplied: unknown, manifest: unknown, current: unknown, field = ""): unknown {
  if (Array.isArray(manifest)) {
    const before = Array.isArray(current) ? (current as unknown[]) : [];
    const applied = Array.isArray(lastApplied) ? (lastApplied as unknown[]) : [];
    const wanted = manifest as readonly unknown[];
    const key = keyOf(field, [...wanted, ...before, ...applied]);
    if (key === undefined) return manifest;
    const find = (list: readonly unknown[], item: unknown) => list.find((one) => (one as Fields)[key] === (item as Fields)[key]);
    const own = wanted.map((item) => mergeThreeWays(find(applied, item), item, find(before, item)));
    const foreign = before.filter((item) => find(wanted, item) === undefined && find(applied, item) === undefined);
    return [...own, ...foreign];
  }
  if (!isFields(manifest)) return manifest;
  const before = isFields(current) ? current : {};
  const applied = isFields(lastApplied) ? lastApplied : {};
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(before)) {
    const isDropped = manifest[name] === undefined && (applied[name] !== undefined || RETAINED.has(field));
    if (!isDropped) result[name] = value;
  }
  for (const [name, value] of Object.entries(manifest)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = mergeThreeWays(applied[name], value, before[name], name);
  }
  return result;
}
