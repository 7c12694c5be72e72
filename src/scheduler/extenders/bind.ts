/** Binding by an extender, which comes before the Bind plugins. Source: pkg/scheduler/schedule_one.go (extendersBinding) */
import type { PodInfo } from "../framework/pod-info.js";
import { ExtenderError, type Extender } from "./extender.js";

/** What the extender that binds the pod answered; undefined where the Bind plugins are to bind it. */
export function bindingByExtender(
  extenders: readonly Extender[],
  pod: PodInfo,
  nodeName: string,
): { readonly failure?: string } | undefined {
  for (const extender of extenders) {
    if (!extender.settings.binds || !extender.isInterested(pod)) continue;
    try {
      extender.bind(pod, nodeName);
      return {};
    } catch (error) {
      if (!(error instanceof ExtenderError)) throw error;
      if (!extender.settings.isIgnorable) return { failure: error.message };
    }
  }
  return undefined;
}
