/** A source of requests as scenarios describe it, as the load that src/traffic sends. */
import type { Labels } from "../api/types/meta.js";
import type { Load, LoadPattern } from "../traffic/load.js";
import type { TrafficTarget } from "../traffic/network.js";

export interface RequestedTraffic {
  readonly name: string;
  readonly from: { readonly external: true } | { readonly node: string } | { readonly podSelector: Labels; readonly namespace: string };
  readonly to: TrafficTarget;
  readonly load: LoadPattern;
  readonly duration?: number;
  readonly timeout: number;
  readonly retries: number;
  readonly keepAlive: boolean;
}

export function toLoad({ from, to, ...rest }: RequestedTraffic): Load {
  return {
    ...rest,
    from: "podSelector" in from ? { namespace: from.namespace, podSelector: { matchLabels: from.podSelector } } : from,
    to,
  };
}
