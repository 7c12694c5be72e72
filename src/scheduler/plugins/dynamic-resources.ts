/**
 * Resource claims are not simulated: a pod without them scores 0 on every node, as upstream.
 *
 * Source: pkg/scheduler/framework/plugins/dynamicresources/dynamicresources.go
 */
import type { Answer, NodeLocal, NodeScore, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { unschedulable, type Status } from "../framework/status.js";

export class DynamicResources implements Plugin {
  static readonly NAME = "DynamicResources";
  readonly name = DynamicResources.NAME;
  /** 0 on every node whatever was scored: nothing to add. */
  readonly local: NodeLocal = { reads: "node" };
  private readonly noClaims = unschedulable(this.name, "no new claims to deallocate");

  /** Giving claims back cannot help a pod that has none. */
  postFilter(): { readonly status: Status } {
    return { status: this.noClaims };
  }

  sign({ pod }: PodInfo): string | undefined {
    return (pod.spec.resourceClaims ?? []).length > 0 ? undefined : "";
  }

  score(): number {
    return 0;
  }

  normalizeScore(_state: unknown, _pod: unknown, scores: NodeScore[]): Answer {
    for (const entry of scores) entry.score = 0;
    return undefined;
  }
}
