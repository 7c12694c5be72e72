/**
 * Which machines reach the API server: those from which packets arrive at a machine on which one runs. Keeps the API server's host
 * links in step with power and partitions.
 */
import type { ApiStatus } from "../control-plane/apiserver/client.js";
import { connectionRefused } from "../control-plane/apiserver/status-errors.js";
import type { HostLinks } from "../control-plane/apiserver/host-links.js";
import type { DataPath, Host } from "../network/data-path.js";

export class Reachability {
  private readonly stopped = new Set<string>();
  /** Whether API servers run that were not stopped singly. */
  private serving = true;

  /** Without control-plane nodes in the description, the API server is outside: a partition cuts off whom it encloses. */
  constructor(
    private readonly dataPath: DataPath,
    private readonly links: HostLinks,
    private readonly apiServerHosts: readonly string[],
  ) {}

  /** The API server on that machine stops, or runs again. */
  setRunning(host: string, running: boolean): void {
    if (running) this.stopped.delete(host);
    else this.stopped.add(host);
    this.update();
  }

  /** All API servers stop, or run again. */
  setServing(serving: boolean): void {
    this.serving = serving;
    this.update();
  }

  isReachable(host: string): boolean {
    return this.links.isUp(host);
  }

  /** To be called after each change of power or partitions. */
  update(): void {
    for (const host of this.dataPath.hosts) {
      if (this.reaches(host)) this.links.restore(host.name);
      else this.links.cut(host.name);
    }
    if (this.reaches(undefined)) this.links.restore(OUTSIDE);
    else this.links.cut(OUTSIDE, this.refusal());
  }

  /** A machine whose API server is stopped answers all the same that nothing listens there. */
  private refusal(): ApiStatus | undefined {
    const host = this.apiServerHosts
      .filter((name) => !this.serving || this.stopped.has(name))
      .map((name) => this.dataPath.host(name))
      .find((one) => this.dataPath.reaches(undefined, one));
    return host === undefined ? undefined : connectionRefused(host.addresses.at(0) ?? host.name);
  }

  private reaches(from: Host | undefined): boolean {
    if (!this.serving) return false;
    if (this.apiServerHosts.length === 0) return from === undefined || (from.powered && from.partitions === "");
    return this.apiServerHosts.some((name) => !this.stopped.has(name) && this.dataPath.reaches(from, this.dataPath.host(name)));
  }
}

/** Name under which clients outside the cluster, such as the administrator's, have their link. */
export const OUTSIDE = "outside the cluster";
