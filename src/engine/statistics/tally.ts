/** Count, mean, variance and extremes of observations, in one pass (Welford 1962). */
export class Tally {
  private observations = 0;
  private average = 0;
  /** Sum of the squared distances from the mean. */
  private squares = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.observations;
  }

  /** NaN without observations. */
  get mean(): number {
    return this.observations === 0 ? Number.NaN : this.average;
  }

  /** Sample variance; NaN with fewer than two observations. */
  get variance(): number {
    return this.observations < 2 ? Number.NaN : this.squares / (this.observations - 1);
  }

  get standardDeviation(): number {
    return Math.sqrt(this.variance);
  }

  /** Infinity without observations. */
  get minimum(): number {
    return this.least;
  }

  /** -Infinity without observations. */
  get maximum(): number {
    return this.most;
  }

  record(value: number): void {
    this.observations++;
    const distance = value - this.average;
    this.average += distance / this.observations;
    this.squares += distance * (value - this.average);
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  /** Takes another's observations in (Chan, Golub and LeVeque 1979). */
  merge(other: Tally): void {
    if (other.observations === 0) return;
    const total = this.observations + other.observations;
    const distance = other.average - this.average;
    this.squares += other.squares + (distance * distance * this.observations * other.observations) / total;
    this.average += (distance * other.observations) / total;
    this.observations = total;
    this.least = Math.min(this.least, other.least);
    this.most = Math.max(this.most, other.most);
  }
}
