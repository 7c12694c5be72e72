/**
 * The state of the simulated cluster as kube-state-metrics exposes it, in the OpenMetrics text format: at the end of the run, or at
 * regular times as well. `promtool tsdb create-blocks-from openmetrics` makes blocks of it that Prometheus and so Grafana read.
 *
 * Source: https://github.com/kubernetes/kube-state-metrics/tree/main/docs and
 * https://prometheus.io/docs/prometheus/latest/storage/#backfilling-from-openmetrics-format
 */
import type { Kind, ObjectsByKind } from "../../api/kinds.js";
import type { Timestamp } from "../../api/types/meta.js";
import { CLUSTER_FAMILIES } from "./cluster-families.js";
import { header, line, seriesName, type AnyFamily } from "./family.js";
import { NODE_FAMILIES } from "./node-families.js";
import { POD_FAMILIES } from "./pod-families.js";
import { WORKLOAD_FAMILIES } from "./workload-families.js";

/** The file that a run writes. */
export const METRICS_FILE = "metrics.prom";

const FAMILIES: readonly AnyFamily[] = [...NODE_FAMILIES, ...POD_FAMILIES, ...WORKLOAD_FAMILIES, ...CLUSTER_FAMILIES];

/** What is stored, read at once and without a request. */
export interface StoredObjects {
  list<K extends Kind>(kind: K): Iterable<ObjectsByKind[K]>;
}

/** All samples of one series, in order of time: the format wants them together. */
type Series = Map<string, string[]>;

export class ClusterMetricsText {
  private readonly series = new Map<AnyFamily, Series>();

  constructor(
    private readonly objects: StoredObjects,
    private readonly epoch: Timestamp,
  ) {}

  /** Takes the state at a simulated time, in microseconds. */
  sample(time: number): void {
    const at = this.epoch + time;
    for (const family of FAMILIES) {
      for (const object of this.objects.list(family.kind)) {
        for (const [labels, value] of family.samples(object as never)) this.add(family, seriesName(family, labels), value, at);
      }
    }
  }

  /** The whole exposition. */
  text(): string {
    let text = "";
    for (const family of FAMILIES) {
      const series = this.series.get(family);
      if (series === undefined) continue;
      text += header(family);
      for (const lines of series.values()) text += lines.join("");
    }
    return `${text}# EOF\n`;
  }

  private add(family: AnyFamily, name: string, value: number, at: Timestamp): void {
    let series = this.series.get(family);
    if (series === undefined) this.series.set(family, (series = new Map<string, string[]>()));
    const lines = series.get(name);
    if (lines === undefined) series.set(name, [line(name, value, at)]);
    else lines.push(line(name, value, at));
  }
}
