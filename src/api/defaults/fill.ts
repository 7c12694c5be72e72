/** Filling in what a manifest leaves out, without touching the object given. */

/** `object` with each field of `defaults` that it lacks; the same object where it lacks none. */
export function fill<T extends object>(object: T, defaults: Partial<T>): T {
  for (const name of Object.keys(defaults) as (keyof T)[]) {
    if (object[name] === undefined && defaults[name] !== undefined) {
      const present = Object.entries(object).filter(([, value]) => value !== undefined);
      return { ...defaults, ...Object.fromEntries(present) } as T;
    }
  }
  return object;
}

/** The list with each element mapped; the same list where no element changes. */
export function mapShared<T>(list: readonly T[], change: (element: T) => T): readonly T[] {
  let changed = false;
  const result = list.map((element) => {
    const next = change(element);
    if (next !== element) changed = true;
    return next;
  });
  return changed ? result : list;
}

/** `object` with one field changed; the same object where the field is absent or stays as it is. */
export function change<T extends object, K extends keyof T>(object: T, field: K, update: (value: NonNullable<T[K]>) => T[K]): T {
  const value = object[field];
  if (value === undefined || value === null) return object;
  const next = update(value);
  return next === value ? object : { ...object, [field]: next };
}
