/** Which back end a client sticks to. Source: https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity */
import { SECOND, type SimTime } from "../engine/simulation.js";
import type { ProxyEndpoint } from "./proxy/endpoint.js";

interface Sticky {
  text: string;
  lastSeen: SimTime;
}

export class SessionAffinity {
  private readonly byNode: Map<string, Sticky>[] = [];

  /** Position of the client's back end in the list, -1 where it has none, it is gone, or the time since its last connection is up. */
  find(node: number, client: string, endpoints: readonly ProxyEndpoint[], seconds: number, now: SimTime): number {
    const sticky = this.byNode[node]?.get(client);
    if (sticky === undefined || now - sticky.lastSeen > seconds * SECOND) return -1;
    const index = endpoints.findIndex(({ text }) => text === sticky.text);
    if (index >= 0) sticky.lastSeen = now;
    return index;
  }

  remember(node: number, client: string, { text }: ProxyEndpoint, now: SimTime): void {
    (this.byNode[node] ??= new Map<string, Sticky>()).set(client, { text, lastSeen: now });
  }
}
