/**
 * Where the autoscaler gets measurements from: what metrics-server and adapters of custom and external metrics serve.
 *
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis
 */
import type { LabelSelector, ObjectReference, Pod, Timestamp } from "../../../api/types/index.js";

/** One measurement of one pod. */
export interface PodMetric {
  /** In thousandths: millicores of cpu, thousandths of bytes of memory. */
  readonly milli: number;
  readonly timestamp: Timestamp;
  /** Microseconds over which it was averaged. */
  readonly window: number;
}

/** By name of the pod; pods without a measurement are left out. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

export interface MetricsSource {
  /** Use of cpu or memory by pods of a namespace. @param container only this one of each pod, where given */
  resourceMetric(resource: string, namespace: string, pods: readonly Pod[], container?: string): PodMetrics;
  /** A metric of each pod, such as requests a second. */
  podsMetric(name: string, namespace: string, pods: readonly Pod[], selector?: LabelSelector): PodMetrics;
  /** A metric of an object, in thousandths; undefined where there is none. */
  objectMetric(name: string, namespace: string, object: ObjectReference, selector?: LabelSelector): number | undefined;
  /** Values of a metric from outside the cluster, in thousandths. */
  externalMetric(name: string, namespace: string, selector?: LabelSelector): readonly number[];
}

const NONE: PodMetrics = new Map();

/** A cluster without any metrics server. */
export const NO_METRICS: MetricsSource = {
  resourceMetric: () => NONE,
  podsMetric: () => NONE,
  objectMetric: () => undefined,
  externalMetric: () => [],
};
