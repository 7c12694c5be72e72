/**
 * The strategic merge patch that leads from one object to another, as kubectl apply would send it: it is shown where it is refused.
 *
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go
 */
import { isDeepStrictEqual } from "node:util";
import { encode } from "../../api/encode.js";
import { mapJson } from "../../api/go-json.js";
import type { ApiObject } from "../../api/types/meta.js";
import { isFields, keyOf, RETAINED } from "./strategic-merge.js";

type Fields = Readonly<Record<string, unknown>>;

/** The patch in one line of JSON. */
export function patchText(before: ApiObject, after: ApiObject): string {
  return mapJson(fieldsDifference(encode(before), encode(after)));
}

function fieldsDifference(before: Fields, after: Fields): Fields {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (isDeepStrictEqual(old, value)) continue;
    if (isFields(old) && isFields(value)) {
      const inner = fieldsDifference(old, value);
      patch[name] = RETAINED.has(name) ? { $retainKeys: Object.keys(value).sort(), ...inner } : inner;
    } else if (Array.isArray(old) && Array.isArray(value)) Object.assign(patch, listDifference(name, old, value));
    else patch[name] = value;
  }
  for (const name of Object.keys(before)) if (!(name in after)) patch[name] = null;
  return patch;
}

/** Of lists with a key, the items that differ, with the order of all; other lists as a whole. */
function listDifference(name: string, before: readonly unknown[], after: readonly unknown[]): Fields {
  const key = keyOf(name, [...before, ...after]);
  if (key === undefined) return { [name]: after };
  const [old, wanted] = [before as readonly Fields[], after as readonly Fields[]];
  const changed = wanted.flatMap((item) => {
    const known = old.find((one) => one[key] === item[key]);
    if (known === undefined) return [item];
    return isDeepStrictEqual(known, item) ? [] : [{ ...fieldsDifference(known, item), [key]: item[key] }];
  });
  const removed = old.filter((item) => !wanted.some((one) => one[key] === item[key]));
  return {
    [`$setElementOrder/${name}`]: wanted.map((item) => ({ [key]: item[key] })),
    [name]: [...changed, ...removed.map((item) => ({ $patch: "delete", [key]: item[key] }))],
  };
}
