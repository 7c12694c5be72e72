/** What descriptions are made of: lines whose cells are separated by tabs, indented by two spaces a level. */
import { controllerOf } from "../../../api/owner-references.js";
import { parseQuantity } from "../../../api/quantity.js";
import type { Condition, Labels, ObjectMeta, ResourceList, Timestamp } from "../../../api/types/meta.js";
import { humanDuration } from "../human-duration.js";

export type Lines = readonly string[];

export const NONE = "<none>";
export const UNSET = "<unset>";

/** A line of cells. */
export function row(level: number, ...cells: readonly (string | number)[]): string {
  return "  ".repeat(level) + cells.join("\t");
}

/** `Title: value`. */
export function field(level: number, title: string, value: string | number | boolean): string {
  return row(level, `${title}:`, String(value));
}

/** A line where there is a value; none where there is not. */
export function known(level: number, title: string, value: string | number | boolean | undefined): Lines {
  return value === undefined ? [] : [field(level, title, value)];
}

/** A title with one value a line, the first beside the title; `<none>` where there are none. */
export function fieldOfMany(level: number, title: string, values: readonly string[]): Lines {
  if (values.length === 0) return [field(level, title, NONE)];
  return values.map((value, index) => (index === 0 ? field(level, title, value) : row(0, "", value)));
}

/** A table with a rule of dashes under its titles. */
export function table(level: number, titles: readonly string[], rows: readonly (readonly (string | number)[])[]): Lines {
  return [titles, titles.map((title) => title.replace(/./g, "-")), ...rows].map((cells) => row(level, ...cells));
}

export function labelLines(level: number, title: string, labels: Labels | undefined): Lines {
  return fieldOfMany(level, title, sortedPairs(labels));
}

/** The name and place of an object, with which most descriptions begin. */
export function nameLines({ name, namespace = "" }: ObjectMeta): Lines {
  return [field(0, "Name", name), field(0, "Namespace", namespace)];
}

/** The labels and annotations of an object. */
export function noteLines({ labels, annotations }: ObjectMeta): Lines {
  return [...labelLines(0, "Labels", labels), ...annotationLines(0, "Annotations", annotations)];
}

/** `key=value` sorted by key. */
export function sortedPairs(labels: Labels | undefined): readonly string[] {
  return Object.keys(labels ?? {})
    .sort()
    .map((key) => `${key}=${labels![key]}`);
}

/** `a=b,c=d`, or `<none>`. */
export function pairsInLine(labels: Labels | undefined): string {
  return sortedPairs(labels).join(",") || NONE;
}

/** Source of both: kubectl/pkg/describe/describe.go, maxAnnotationLen and skipAnnotations. */
const LONGEST_ANNOTATION = 140;
const HIDDEN_ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

/** `key: value`, a long value on lines of its own. */
export function annotationLines(level: number, title: string, annotations: Labels | undefined): Lines {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== HIDDEN_ANNOTATION)
    .sort();
  const values = keys.flatMap((key) => {
    const value = annotations![key].replace(/\n$/, "");
    if (!value.includes("\n") && value.length + key.length + 2 <= LONGEST_ANNOTATION) return [`${key}: ${value}`];
    return [`${key}:`, ...value.split("\n").map((line) => `  ${shortened(line, LONGEST_ANNOTATION - 2)}`)];
  });
  return fieldOfMany(level, title, values);
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}

/** Quantities by resource, in the order of their names. */
export function resourceLines(level: number, resources: ResourceList | undefined): Lines {
  return Object.keys(resources ?? {})
    .sort()
    .map((name) => field(level, name, quantityText(resources![name])));
}

/** A quantity in its canonical form; "0" where there is none. */
export function quantityText(quantity: string | number | undefined): string {
  return quantity === undefined ? "0" : parseQuantity(quantity).toString();
}

export function controlledBy(metadata: ObjectMeta): Lines {
  const controller = controllerOf({ metadata });
  return controller === undefined ? [] : [field(0, "Controlled By", `${controller.kind}/${controller.name}`)];
}

/** The conditions of a workload: type, status, reason. */
export function workloadConditions(conditions: readonly Condition[] | undefined): Lines {
  if (conditions === undefined || conditions.length === 0) return [];
  return [
    "Conditions:",
    row(1, "Type", "Status", "Reason"),
    row(1, "----", "------", "------"),
    ...conditions.map(({ type, status, reason = "" }) => row(1, `${type} `, status, reason)),
  ];
}

/** "Mon, 02 Jan 2006 15:04:05 +0000". Source: RFC 1123 with a numeric zone. */
export function longTime(time: Timestamp | undefined): string {
  return new Date((time ?? BEFORE_TIME) / 1_000).toUTCString().replace("GMT", "+0000");
}

/** Go's zero time, which kubectl prints where a time is missing: 0001-01-01 00:00:00 UTC, in microseconds. */
const BEFORE_TIME = -62_135_596_800_000_000;

/** How long ago, or "<unknown>". */
export function since(time: Timestamp | undefined, now: Timestamp): string {
  return time === undefined ? "<unknown>" : humanDuration(now - time);
}

/** "True", "False". */
export function capitalised(value: boolean | undefined): string {
  return value === true ? "True" : "False";
}
