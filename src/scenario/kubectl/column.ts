/** One column of kubectl's tables. */
import type { ApiObject, Timestamp } from "../../api/types/meta.js";
import { humanDuration } from "./human-duration.js";

export interface Column<T> {
  readonly title: string;
  /** Shown with -o wide only. */
  readonly wide?: boolean;
  value(object: T, now: Timestamp): string;
}

export const NONE = "<none>";
export const UNSET = "<unset>";

type Value<T> = (object: T, now: Timestamp) => string | number | undefined;

/** Undefined is shown as `<none>`. */
export function column<T>(title: string, value: Value<T>): Column<T> {
  return { title, value: (object, now) => String(value(object, now) ?? NONE) };
}

export function wide<T>(title: string, value: Value<T>): Column<T> {
  return { ...column(title, value), wide: true };
}

export const NAME = column<ApiObject>("NAME", ({ metadata }) => metadata.name);
export const AGE = column<ApiObject>("AGE", ({ metadata }, now) => age(metadata.creationTimestamp, now));

export function age(time: Timestamp | undefined, now: Timestamp): string {
  return time === undefined ? "<unknown>" : humanDuration(now - time);
}
