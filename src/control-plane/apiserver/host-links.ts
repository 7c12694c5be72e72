/** Which machines can reach the API server. A machine that was never named is reachable. */
import type { ApiStatus } from "./client.js";

export type HostLinkListener = (host: string, up: boolean) => void;

export class HostLinks {
  private readonly down = new Map<string, ApiStatus | undefined>();
  private readonly listeners: HostLinkListener[] = [];

  /**
   * The machine no longer reaches the API server: its watches stand still.
   *
   * @param refusal what its requests are told at once; absent: they time out
   */
  cut(host: string, refusal?: ApiStatus): void {
    const isDown = this.down.has(host);
    this.down.set(host, refusal);
    if (isDown) return;
    for (const listener of this.listeners) listener(host, false);
  }

  restore(host: string): void {
    if (!this.down.delete(host)) return;
    for (const listener of this.listeners) listener(host, true);
  }

  isUp(host: string | undefined): boolean {
    return host === undefined || this.down.size === 0 || !this.down.has(host);
  }

  refusalOf(host: string | undefined): ApiStatus | undefined {
    return host === undefined ? undefined : this.down.get(host);
  }

  /** Called after each change, in order of registration. */
  onChange(listener: HostLinkListener): void {
    this.listeners.push(listener);
  }
}
