/** The document that is being read: its mistakes, and its texts turned into values. */
import { parseDuration } from "../../api/duration.js";
import { parseSelector, type LabelMatcher } from "../../api/selector.js";
import { SelectorError } from "../../api/selector-text.js";
import { DistributionError, type Distribution } from "../../engine/distribution.js";
import { distributionFromSpec } from "../../engine/distribution-spec.js";
import type { SimTime } from "../../engine/simulation.js";
import { parseQuantity, QuantityError } from "../../api/quantity.js";
import type { ManifestDocument } from "../../api/manifest/document.js";
import { parseFieldPath } from "../field-path.js";
import { pathFrom } from "../files.js";
import { mistakeAt, type Finding, type Mistake, type Path } from "../mistake.js";
import type { DurationDistribution, QuantityDistribution } from "../schema/distribution.js";

/** Milli-units of a quantity in its base unit. */
const MILLIS = 1_000;

export class Source {
  constructor(
    readonly document: ManifestDocument,
    readonly mistakes: Mistake[],
  ) {}

  get file(): string {
    return this.document.file;
  }

  wrong(path: Path, message: string, at: Finding["at"] = "value"): void {
    this.mistakes.push(mistakeAt(this.document, { path, message, at }));
  }

  line(path: Path): number {
    return this.document.locate(path).line;
  }

  /** Where a path that the document names leads. */
  relative(path: string): string {
    return pathFrom(this.file, path);
  }

  distribution(path: Path, spec: DurationDistribution): Distribution {
    return this.build(path, spec, durationOf);
  }

  /** Amounts in the base unit: cores, bytes. */
  amounts(path: Path, spec: QuantityDistribution): Distribution {
    return this.build(path, spec, (value) => parseQuantity(value).milliValue / MILLIS);
  }

  private build<V>(path: Path, spec: Parameters<typeof distributionFromSpec<V>>[0], convert: (value: V) => number): Distribution {
    try {
      return distributionFromSpec<V>(spec, convert);
    } catch (error) {
      if (error instanceof DistributionError) this.wrong([...path, ...parseFieldPath(error.path)], `Invalid value: ${error.problem}`);
      else if (error instanceof QuantityError) this.wrong(path, `Invalid value: ${error.message}`);
      else throw error;
      return distributionFromSpec(1);
    }
  }

  selector(path: Path, text: string): LabelMatcher {
    try {
      return parseSelector(text);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      this.wrong(path, `Invalid value: ${JSON.stringify(text)}: ${error.message}`);
      return () => false;
    }
  }
}

/** Microseconds of a duration that the schema has let pass. */
export function durationOf(value: string | 0): SimTime {
  return value === 0 ? 0 : parseDuration(value);
}

/** Microseconds, or undefined where nothing is given. */
export function optionalDuration(value: string | 0 | undefined): SimTime | undefined {
  return value === undefined ? undefined : durationOf(value);
}
