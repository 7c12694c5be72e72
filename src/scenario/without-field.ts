/** A copy without one field. */
export function withoutField<T extends object, F extends string & keyof T>(value: T, field: F): Omit<T, F> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== field)) as Omit<T, F>;
}
