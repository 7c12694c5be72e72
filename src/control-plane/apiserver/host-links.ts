/** Which machines can reach the API server. A machine that was never named is reachable. */

export type HostLinkListener = (host: string, up: boolean) => void;

export class HostLinks {
  private readonly down = new Set<string>();
  private readonly listeners: HostLinkListener[] = [];

  /** The machine no longer reaches the API server: its requests time out and its watches stand still. */
  cut(host: string): void {
    if (this.down.has(host)) return;
    this.down.add(host);
    for (const listener of this.listeners) listener(host, false);
  }

  restore(host: string): void {
    if (!this.down.delete(host)) return;
    for (const listener of this.listeners) listener(host, true);
  }

  isUp(host: string | undefined): boolean {
    return host === undefined || this.down.size === 0 || !this.down.has(host);
  }

  /** Called after each change, in order of registration. */
  onChange(listener: HostLinkListener): void {
    this.listeners.push(listener);
  }
}
