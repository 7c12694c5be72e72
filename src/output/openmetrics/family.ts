/**
 * Metric families and their text form.
 *
 * Source: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";

export type LabelSet = Readonly<Record<string, string>>;

/** A value with the labels that tell it from the others of its family. */
export type Sample = readonly [labels: LabelSet, value: number];

/** A family of metrics of the objects of one kind. */
export interface Family<K extends Kind> {
  /** Of a counter without the suffix "_total" that its samples have. */
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly kind: K;
  samples(object: ObjectsByKind[K]): readonly Sample[];
}

/** A family of whichever kind. */
export type AnyFamily = { readonly [K in Kind]: Family<K> }[Kind];

/** Microseconds in a second; times of metrics are seconds of the Unix clock. */
const MICROSECONDS = 1_000_000;

export function header({ name, type, help }: Pick<AnyFamily, "name" | "type" | "help">): string {
  return `# TYPE ${name} ${type}\n# HELP ${name} ${escape(help)}\n`;
}

/** Name and labels of a sample, which tell one time series from another. */
export function seriesName({ name, type }: Pick<AnyFamily, "name" | "type">, labels: LabelSet): string {
  const text = Object.entries(labels).map(([key, value]) => `${key}="${escape(value)}"`);
  return `${name}${type === "counter" ? "_total" : ""}{${text.join(",")}}`;
}

/** @param time Unix time in microseconds */
export function line(series: string, value: number, time: number): string {
  return `${series} ${value} ${time / MICROSECONDS}\n`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
