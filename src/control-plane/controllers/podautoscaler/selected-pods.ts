/**
 * Which autoscalers select which pods: pods of several autoscalers are scaled by none of them.
 *
 * Source: kubernetes pkg/controller/podautoscaler/horizontal.go (validateAndParseSelector, hpasControllingPodsUnderSelector) and
 * pkg/controller/util/selectors/bimultimap.go.
 */
import type { LabelMatcher } from "../../../api/selector.js";
import type { Pod } from "../../../api/types/index.js";
import type { PodSelector } from "./scale-target.js";

/** An autoscaler that has not been looked at yet selects nothing. */
const NOTHING: LabelMatcher = () => false;

export class SelectedPods {
  /** By key of the autoscaler. */
  private readonly selectors = new Map<string, LabelMatcher>();

  register(autoscaler: string): void {
    if (!this.selectors.has(autoscaler)) this.selectors.set(autoscaler, NOTHING);
  }

  forget(autoscaler: string): void {
    this.selectors.delete(autoscaler);
  }

  /** Notes what the autoscaler selects, and says why that is ambiguous where it is. @param pods those that it selects */
  ambiguityOf(autoscaler: string, { matches, text }: PodSelector, pods: readonly Pod[]): string | undefined {
    if (this.selectors.has(autoscaler)) this.selectors.set(autoscaler, matches);
    const namespace = autoscaler.slice(0, autoscaler.indexOf("/") + 1);
    const selecting: string[] = [];
    for (const [key, selects] of this.selectors) {
      if (key.startsWith(namespace) && pods.some(({ metadata }) => selects(metadata.labels))) selecting.push(key);
    }
    return selecting.length > 1 ? `pods by selector ${text} are controlled by multiple HPAs: [${selecting.join(" ")}]` : undefined;
  }
}
