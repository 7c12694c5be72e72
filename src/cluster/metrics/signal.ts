/** Metrics that nothing in the simulated cluster produces: the scenario says which value each has when. */
import type { LabelMatcher } from "../../api/selector.js";
import type { Labels } from "../../api/types/meta.js";
import type { SimTime } from "../../engine/simulation.js";

/** Values over time, in thousandths, in order of time; before the first the value is 0. */
export type SignalValues = readonly { readonly at: SimTime; readonly milli: number }[];

interface NamedSignal {
  readonly name: string;
  readonly namespace: string;
  /** What a metric selector is held against. */
  readonly labels: Labels;
}

/** A metric of each pod. */
export interface PodsSignal extends NamedSignal {
  readonly type: "Pods";
  readonly selector?: LabelMatcher;
  /** "requests" are those that the pod answers a second. */
  readonly values: SignalValues | "requests";
  /** Whether the values are a total that the pods share evenly. */
  readonly shared: boolean;
}

/** A metric of one object. */
export interface ObjectSignal extends NamedSignal {
  readonly type: "Object";
  readonly object: { readonly kind: string; readonly name: string };
  readonly values: SignalValues;
}

/** A metric from outside of the cluster. */
export interface ExternalSignal extends NamedSignal {
  readonly type: "External";
  readonly values: SignalValues;
}

export type Signal = PodsSignal | ObjectSignal | ExternalSignal;

/** What of a cluster is measured, and how. */
export interface MetricsDescription {
  /** Whether there is a metrics-server. */
  readonly server: boolean;
  /** Time between two reads of the kubelets. */
  readonly resolution: SimTime;
  /** Whether reading begins with the run; else with the first autoscaler. */
  readonly fromStart: boolean;
  readonly signals: readonly Signal[];
}

/** The value at a time, in thousandths. */
export function valueAt(values: SignalValues, time: SimTime): number {
  return values.findLast(({ at }) => at <= time)?.milli ?? 0;
}
