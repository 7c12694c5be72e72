/**
 * The order in which Go gives the entries of a map: another one each time.
 *
 * A map of at most eight entries keeps them in eight places, in the order in which they were put in, and gives them in that order from
 * a place on that it draws; with few entries the first one is mostly the first. A larger map orders them by their hashes, which
 * differ from process to process.
 *
 * Source: https://go.dev/ref/spec#For_statements and https://go.dev/blog/swisstable, internal/runtime/maps/table.go (Iter) in Go.
 */
import { shuffle } from "simple-statistics";
import type { RandomStream } from "../../../engine/random.js";

/** Places of a map's group. Source: internal/abi/map.go (MapGroupSlots). */
const GROUP_SLOTS = 8;

/** @param entries in the order in which they were put in, none of them taken out again */
export function inMapOrder<T>(entries: readonly T[], stream: RandomStream): readonly T[] {
  if (entries.length < 2) return entries;
  if (entries.length > GROUP_SLOTS) return inHashOrder(entries, stream);
  const slot = stream.integer(GROUP_SLOTS);
  const first = slot < entries.length ? slot : 0;
  return [...entries.slice(first), ...entries.slice(0, first)];
}

/** Of a map that had more than eight entries at some time. */
export function inHashOrder<T>(entries: readonly T[], stream: RandomStream): readonly T[] {
  return entries.length < 2 ? entries : shuffle([...entries], () => stream.uniform());
}
