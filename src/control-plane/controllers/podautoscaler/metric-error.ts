/** Why a metric gives no number; the message is upstream's. */
export class MetricError extends Error {
  override readonly name = "MetricError";
}
