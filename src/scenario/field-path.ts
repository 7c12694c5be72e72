/** Paths into objects: `status.readyReplicas`, `spec.containers[0].image`, `metadata.labels[kubernetes.io/os]`. */

export type FieldPath = readonly (string | number)[];

/** Reads a path; a number in brackets is an index, any other text in brackets a key. */
export function parseFieldPath(text: string): FieldPath {
  return [...text.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, inBrackets]) => {
    if (inBrackets === undefined) return whole;
    return /^\d+$/.test(inBrackets) ? Number(inBrackets) : inBrackets.replace(/^["']|["']$/g, "");
  });
}

/** The value at the path, or undefined where there is none. */
export function fieldAt(object: unknown, path: FieldPath): unknown {
  let value = object;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}
