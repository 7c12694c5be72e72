/** Waits for the first list of each informer. Source: WaitForCacheSync and WaitForHandlersSync before Run, cmd/kube-scheduler/app/server.go */
import type { Kind, ObjectsByKind } from "../api/kinds.js";
import type { Informer, InformerFactory } from "../control-plane/apiserver/client.js";

/** Hands out informers and remembers which. */
export class CacheSync implements InformerFactory {
  private readonly waits: ((action: () => void) => void)[] = [];

  constructor(private readonly informers: InformerFactory) {}

  informer<K extends Kind>(kind: K): Informer<ObjectsByKind[K]> {
    const informer = this.informers.informer(kind);
    if (informer.whenFollowing !== undefined) this.waits.push((action) => informer.whenFollowing!(action));
    return informer;
  }

  /** Calls back once the caches of all informers that were handed out are filled: at once where they are. */
  whenFilled(action: () => void): void {
    let missing = this.waits.length;
    if (missing === 0) action();
    for (const wait of this.waits) {
      wait(() => {
        if (--missing === 0) action();
      });
    }
  }
}
