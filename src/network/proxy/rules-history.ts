/**
 * The rules of a service port as they took effect over time. All nodes whose kube-proxy is in step share one version; a node whose
 * kube-proxy stands still looks up the version of the moment at which it stopped. So no node needs rules, or events, of its own.
 */
import type { SimTime } from "../../engine/simulation.js";
import type { ServicePort } from "./service-port.js";
import type { TranslatedPort } from "./service-tracker.js";
import { differsBy, type ProxyNode, type UsableEndpoints, usableEndpoints } from "./topology.js";

export class RulesVersion {
  private reach: "everywhere" | "zone" | "node" | undefined;
  private readonly byPlace = new Map<string, UsableEndpoints>();

  constructor(
    private readonly translated: TranslatedPort,
    /** Number of the sync that wrote these rules. */
    readonly sync: number,
  ) {}

  get port(): ServicePort {
    return this.translated.port;
  }

  /** What the rules of a node lead to. Worked out when first asked for; one answer for all nodes unless a policy or hint tells them apart. */
  usable(node: ProxyNode): UsableEndpoints {
    const { port, endpoints } = this.translated;
    this.reach ??= differsBy(port, endpoints);
    const place = this.reach === "everywhere" ? "" : this.reach === "zone" ? node.zone : node.name;
    let usable = this.byPlace.get(place);
    if (usable === undefined) this.byPlace.set(place, (usable = usableEndpoints(port, endpoints, node)));
    return usable;
  }
}

export class RulesHistory {
  /** Oldest first; undefined where the port was deleted. */
  private readonly versions: { readonly effectiveAt: SimTime; readonly rules: RulesVersion | undefined }[] = [];

  constructor(readonly name: string) {}

  /** The newest rules. */
  get current(): RulesVersion | undefined {
    return this.versions.at(-1)?.rules;
  }

  /** The rules that were in effect at a time. */
  at(time: SimTime): RulesVersion | undefined {
    for (let index = this.versions.length - 1; index >= 0; index--) {
      if (this.versions[index].effectiveAt <= time) return this.versions[index].rules;
    }
    return undefined;
  }

  /** Adds rules; versions that ended before `keepSince` are forgotten. */
  push(effectiveAt: SimTime, rules: RulesVersion | undefined, keepSince: SimTime): void {
    this.versions.push({ effectiveAt, rules });
    let first = 0;
    while (first + 1 < this.versions.length && this.versions[first + 1].effectiveAt <= keepSince) first++;
    if (first > 0) this.versions.splice(0, first);
  }
}
