/** Figures over the requests of a run: how they ended, and how long the answered ones took. */
import { Histogram } from "../engine/statistics/histogram.js";
import { REQUEST_RESULTS, type RequestRecord, type RequestResult } from "../traffic/request-record.js";
import { secondsText } from "./csv.js";
import type { Metric } from "./tables/summary.js";

export class RequestFigures {
  private readonly counts = Object.fromEntries(REQUEST_RESULTS.map((result) => [result, 0])) as Record<RequestResult, number>;
  private readonly latency = new Histogram();
  private total = 0;

  add({ outcome, start, end }: RequestRecord): void {
    this.total++;
    this.counts[outcome]++;
    if (outcome === "ok") this.latency.record(end - start);
  }

  /** None where there was no traffic. */
  metrics(): Metric[] {
    if (this.total === 0) return [];
    const answered =
      this.counts.ok === 0
        ? []
        : [0.5, 0.9, 0.99].map((p) => ({
            metric: `request_latency_p${p * 100}_seconds`,
            value: secondsText(Math.round(this.latency.quantile(p))),
          }));
    return [
      { metric: "requests", value: this.total },
      ...REQUEST_RESULTS.map((result) => ({ metric: `requests_${result}`, value: this.counts[result] })),
      ...answered,
    ];
  }
}
