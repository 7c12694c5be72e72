/** Compares what the simulator gave with what a golden case expects, value by value. */

/** One line for each value that differs; fields that the case does not name are not looked at. */
export function differences(path: string, actual: unknown, expected: unknown): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: ${show(actual)}, want ${show(expected)}`];
    const lines =
      actual.length === expected.length
        ? []
        : [`${path}: ${actual.length} entries ${show(actual)}, want ${expected.length} ${show(expected)}`];
    for (let index = 0; index < Math.min(actual.length, expected.length); index++)
      lines.push(...differences(`${path}[${index}]`, actual[index], expected[index]));
    return lines;
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null) return [`${path}: ${show(actual)}, want ${show(expected)}`];
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(path === "" ? key : `${path}.${key}`, (actual as Record<string, unknown>)[key], value),
    );
  }
  return Object.is(actual, expected) ? [] : [`${path}: ${show(actual)}, want ${show(expected)}`];
}

/** As {@link differences}, and fields of the actual value that the case lacks count as well; undefined ones do not. */
export function exactDifferences(path: string, actual: unknown, expected: unknown): string[] {
  return [...differences(path, actual, expected), ...surplus(path, actual, expected)];
}

function surplus(path: string, actual: unknown, expected: unknown): string[] {
  if (typeof actual !== "object" || actual === null || typeof expected !== "object" || expected === null) return [];
  return Object.entries(actual).flatMap(([key, value]) => {
    const place = path === "" ? key : `${path}.${key}`;
    if (value === undefined) return [];
    if (!(key in expected)) return [`${place}: ${show(value)}, want nothing`];
    return surplus(place, value, (expected as Record<string, unknown>)[key]);
  });
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
