/** Pods that wait for an event, found by the plugins that rejected them: most events concern few plugins. */
import type { QueuedPodInfo } from "../framework/queued-pod-info.js";

export class RejectedPods {
  /** In the order in which they came. */
  private readonly byUid = new Map<string, QueuedPodInfo>();
  private readonly byPlugin = new Map<string, Set<QueuedPodInfo>>();

  get size(): number {
    return this.byUid.size;
  }

  has(uid: string): boolean {
    return this.byUid.has(uid);
  }

  list(): Iterable<QueuedPodInfo> {
    return this.byUid.values();
  }

  /** The plugins that rejected any of the pods. */
  plugins(): Iterable<string> {
    return this.byPlugin.keys();
  }

  rejectedBy(plugin: string): Iterable<QueuedPodInfo> {
    return this.byPlugin.get(plugin) ?? [];
  }

  add(pod: QueuedPodInfo): void {
    this.byUid.set(pod.podInfo.uid, pod);
    for (const plugin of pod.unschedulablePlugins) {
      let pods = this.byPlugin.get(plugin);
      if (pods === undefined) this.byPlugin.set(plugin, (pods = new Set()));
      pods.add(pod);
    }
  }

  /** To be called before the plugins that rejected the pod change. */
  remove(pod: QueuedPodInfo): void {
    if (!this.byUid.delete(pod.podInfo.uid)) return;
    for (const plugin of pod.unschedulablePlugins) {
      const pods = this.byPlugin.get(plugin);
      pods?.delete(pod);
      if (pods?.size === 0) this.byPlugin.delete(plugin);
    }
  }
}
