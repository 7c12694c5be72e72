import { describe, expect, it } from "vitest";
import type { InformerFactory } from "../../src/control-plane/apiserver/client.js";
import { CacheSync } from "../../src/scheduler/cache-sync.js";

function factory(lists: (() => void)[], following = true): InformerFactory {
  const informer = () => (following ? { whenFollowing: (action: () => void) => void lists.push(action) } : {});
  return { informer } as unknown as InformerFactory;
}

describe("the caches of a scheduler that starts", () => {
  it("are filled when the last first list has come", () => {
    const lists: (() => void)[] = [];
    const caches = new CacheSync(factory(lists));
    caches.informer("Pod");
    caches.informer("Node");
    let filled = 0;
    caches.whenFilled(() => filled++);
    lists[0]();
    expect(filled).toBe(0);
    lists[1]();
    expect(filled).toBe(1);
  });

  it("are filled at once where informers are never behind", () => {
    const caches = new CacheSync(factory([], false));
    caches.informer("Pod");
    let filled = 0;
    caches.whenFilled(() => filled++);
    expect(filled).toBe(1);
  });
});
