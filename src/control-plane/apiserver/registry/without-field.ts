/** A copy of the value that lacks one field. */
export function withoutField<T extends object, F extends keyof T>(value: T, field: F): Omit<T, F> {
  const copy = { ...value } as Partial<T>;
  // The copy is not on a hot path: fields are dropped only where they are present.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete copy[field];
  return copy as Omit<T, F>;
}
