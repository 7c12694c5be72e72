/**
 * The continuous families. All but the gamma distribution are sampled by inversion of one uniform number, so that two runs that differ in a
 * parameter stay in step (common random numbers).
 */
import { DistributionError, type KnownDistribution, requireFinite, requirePositive } from "./distribution.js";
import type { RandomStream } from "./random.js";
import { logGamma, normalCdf, normalDensity, normalQuantile, regularizedGammaP } from "./special-functions.js";

/** Half of the distance between two uniform numbers of a stream, which are multiples of 2^-32: moves them from [0, 1) into the open (0, 1). */
const HALF_STEP = 2 ** -33;

function openUniform(stream: RandomStream): number {
  return stream.uniform() + HALF_STEP;
}

class Uniform implements KnownDistribution {
  constructor(
    private readonly min: number,
    private readonly max: number,
  ) {}

  get mean(): number {
    return (this.min + this.max) / 2;
  }

  sample(stream: RandomStream): number {
    return this.min + (this.max - this.min) * stream.uniform();
  }

  cdf(x: number): number {
    if (x < this.min) return 0;
    return x >= this.max ? 1 : (x - this.min) / (this.max - this.min);
  }

  partialMean(x: number): number {
    const end = Math.min(Math.max(x, this.min), this.max);
    return this.cdf(x) * ((this.min + end) / 2);
  }
}

class Exponential implements KnownDistribution {
  constructor(readonly mean: number) {}

  sample(stream: RandomStream): number {
    return -this.mean * Math.log(1 - stream.uniform());
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -Math.expm1(-x / this.mean);
  }

  partialMean(x: number): number {
    if (x === Number.POSITIVE_INFINITY) return this.mean;
    return x <= 0 ? 0 : this.mean * this.cdf(x) - x * Math.exp(-x / this.mean);
  }
}

class Normal implements KnownDistribution {
  constructor(
    readonly mean: number,
    private readonly standardDeviation: number,
  ) {}

  sample(stream: RandomStream): number {
    return this.mean + this.standardDeviation * normalQuantile(openUniform(stream));
  }

  cdf(x: number): number {
    return normalCdf((x - this.mean) / this.standardDeviation);
  }

  partialMean(x: number): number {
    return this.mean * this.cdf(x) - this.standardDeviation * normalDensity((x - this.mean) / this.standardDeviation);
  }
}

class Lognormal implements KnownDistribution {
  readonly mean: number;

  constructor(
    private readonly mu: number,
    private readonly sigma: number,
  ) {
    this.mean = Math.exp(mu + (sigma * sigma) / 2);
  }

  sample(stream: RandomStream): number {
    return Math.exp(this.mu + this.sigma * normalQuantile(openUniform(stream)));
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : normalCdf((Math.log(x) - this.mu) / this.sigma);
  }

  partialMean(x: number): number {
    return x <= 0 ? 0 : this.mean * normalCdf((Math.log(x) - this.mu) / this.sigma - this.sigma);
  }
}

/** Sampled by Marsaglia and Tsang 2000, "A simple method for generating gamma variables": rejection of a cubed normal, boosted where the shape is below 1. */
class Gamma implements KnownDistribution {
  private readonly d: number;
  private readonly c: number;

  constructor(
    private readonly shape: number,
    private readonly scale: number,
  ) {
    this.d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    this.c = 1 / Math.sqrt(9 * this.d);
  }

  get mean(): number {
    return this.shape * this.scale;
  }

  sample(stream: RandomStream): number {
    const boost = this.shape < 1 ? openUniform(stream) ** (1 / this.shape) : 1;
    for (;;) {
      const x = normalQuantile(openUniform(stream));
      const root = 1 + this.c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = openUniform(stream);
      // The first test is the paper's squeeze, which saves most of the logarithms.
      if (u < 1 - 0.0331 * x ** 4 || Math.log(u) < 0.5 * x * x + this.d * (1 - v + Math.log(v))) return this.d * v * boost * this.scale;
    }
  }

  cdf(x: number): number {
    return regularizedGammaP(this.shape, x / this.scale);
  }

  partialMean(x: number): number {
    return this.mean * regularizedGammaP(this.shape + 1, x / this.scale);
  }
}

class Weibull implements KnownDistribution {
  readonly mean: number;

  constructor(
    private readonly shape: number,
    private readonly scale: number,
  ) {
    this.mean = scale * Math.exp(logGamma(1 + 1 / shape));
  }

  sample(stream: RandomStream): number {
    return this.scale * (-Math.log(1 - stream.uniform())) ** (1 / this.shape);
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -Math.expm1(-((x / this.scale) ** this.shape));
  }

  partialMean(x: number): number {
    return x <= 0 ? 0 : this.mean * regularizedGammaP(1 + 1 / this.shape, (x / this.scale) ** this.shape);
  }
}

class Pareto implements KnownDistribution {
  constructor(
    private readonly shape: number,
    private readonly scale: number,
  ) {}

  get mean(): number {
    return this.shape > 1 ? (this.shape * this.scale) / (this.shape - 1) : Number.POSITIVE_INFINITY;
  }

  sample(stream: RandomStream): number {
    return this.scale * (1 - stream.uniform()) ** (-1 / this.shape);
  }

  cdf(x: number): number {
    return x <= this.scale ? 0 : 1 - (this.scale / x) ** this.shape;
  }

  partialMean(x: number): number {
    if (x <= this.scale) return 0;
    if (this.shape === 1) return this.scale * Math.log(x / this.scale);
    if (x === Number.POSITIVE_INFINITY) return this.mean;
    return ((this.shape * this.scale) / (this.shape - 1)) * (1 - (this.scale / x) ** (this.shape - 1));
  }
}

/** Every value from min to max alike. */
export function uniform(min: number, max: number): KnownDistribution {
  requireFinite("uniform.min", min);
  requireFinite("uniform.max", max);
  if (!(min < max)) throw new DistributionError("uniform", `min must be below max, not ${min} and ${max}`);
  return new Uniform(min, max);
}

export function exponential(mean: number): KnownDistribution {
  requirePositive("exponential.mean", mean);
  return new Exponential(mean);
}

export function normal(mean: number, standardDeviation: number): KnownDistribution {
  requireFinite("normal.mean", mean);
  requirePositive("normal.standardDeviation", standardDeviation);
  return new Normal(mean, standardDeviation);
}

/** exp of a normal variable with standard deviation sigma; its median is exp of the normal's mean. */
export function lognormal(median: number, sigma: number): KnownDistribution {
  requirePositive("lognormal.median", median);
  requirePositive("lognormal.sigma", sigma);
  return new Lognormal(Math.log(median), sigma);
}

/** The lognormal distribution of that mean and standard deviation. */
export function lognormalOfMean(mean: number, standardDeviation: number): KnownDistribution {
  requirePositive("lognormal.mean", mean);
  requirePositive("lognormal.standardDeviation", standardDeviation);
  const variance = Math.log1p((standardDeviation / mean) ** 2);
  return new Lognormal(Math.log(mean) - variance / 2, Math.sqrt(variance));
}

/** Mean shape × scale, variance shape × scale². */
export function gamma(shape: number, scale: number): KnownDistribution {
  requirePositive("gamma.shape", shape);
  requirePositive("gamma.scale", scale);
  return new Gamma(shape, scale);
}

/** P(X > x) = exp(-(x / scale)^shape). */
export function weibull(shape: number, scale: number): KnownDistribution {
  requirePositive("weibull.shape", shape);
  requirePositive("weibull.scale", scale);
  return new Weibull(shape, scale);
}

/** P(X > x) = (scale / x)^shape for x ≥ scale, the least value; the mean is infinite where shape ≤ 1. */
export function pareto(shape: number, scale: number): KnownDistribution {
  requirePositive("pareto.shape", shape);
  requirePositive("pareto.scale", scale);
  return new Pareto(shape, scale);
}
