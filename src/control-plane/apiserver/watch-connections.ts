/**
 * The watches of components: when they stand, break and return.
 *
 * A watch breaks at once where the component's machine is cut off, or ends where the component is no longer allowed to watch; the
 * informer keeps what it has, and lists anew when it can.
 */
import type { Kind } from "../../api/kinds.js";
import { MINUTE, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { RandomStream } from "../../engine/random.js";
import type { Authorizer } from "./authorizer.js";
import type { WatchOptions } from "./client.js";
import type { HostLinks } from "./host-links.js";
import type { LatencySampler } from "./latencies.js";
import type { ObjectReader } from "./object-store.js";
import type { Caller } from "./request.js";
import type { WatchCache } from "./watch-cache.js";
import { WatchInformer } from "./watch-informer.js";

/** A reflector asks for watches of 5 to 10 minutes; a right that was taken away is missed when the watch is renewed. Source: k8s.io/client-go/tools/cache/reflector.go minWatchTimeout. */
const MIN_WATCH_TIME: SimTime = 5 * MINUTE;

interface Connection {
  readonly kind: Kind;
  readonly podsOfNode: string | undefined;
  readonly informer: WatchInformer;
  /** Absent where the component did not say who it is: then nothing is checked. */
  readonly caller: Caller | undefined;
  ending: boolean;
}

export interface WatchConnectionsOptions {
  readonly simulation: Simulation;
  readonly watches: WatchCache;
  readonly links: HostLinks;
  readonly authorizer: Authorizer;
  readonly objects: ObjectReader;
  readonly list: LatencySampler;
  readonly reconnect: LatencySampler;
}

export class WatchConnections {
  private readonly byHost = new Map<string, Connection[]>();
  private readonly checked: Connection[] = [];
  private readonly renewals: RandomStream;

  constructor(private readonly options: WatchConnectionsOptions) {
    this.renewals = options.simulation.stream("kube-apiserver/watch-renewals");
    options.links.onChange((host, up) => {
      this.linkChanged(host, up);
    });
  }

  connect(kind: Kind, { component, host, podsOfNode, user, groups = [] }: WatchOptions): WatchInformer {
    const { simulation, watches, list } = this.options;
    const informer = new WatchInformer(component, host);
    watches.register(kind, informer, podsOfNode);
    const caller: Caller | undefined = user === undefined ? undefined : { component, user, groups, host };
    const connection: Connection = { kind, podsOfNode, informer, caller, ending: false };
    if (caller !== undefined) this.checked.push(connection);
    if (host !== undefined) {
      const others = this.byHost.get(host);
      if (others === undefined) this.byHost.set(host, [connection]);
      else others.push(connection);
    }
    simulation.after(list.sample(), () => {
      this.follow(connection);
    });
    return informer;
  }

  /** Roles or bindings have changed. */
  permissionsChanged(): void {
    const { simulation, reconnect } = this.options;
    for (const connection of this.checked) {
      const allowed = this.isAllowed(connection);
      if (allowed && !connection.informer.isFollowing) {
        simulation.after(reconnect.sample(), () => {
          this.follow(connection);
        });
      } else if (!allowed && connection.informer.isFollowing && !connection.ending) this.endLater(connection);
    }
  }

  private endLater(connection: Connection): void {
    connection.ending = true;
    this.options.simulation.after(MIN_WATCH_TIME + this.renewals.integer(MIN_WATCH_TIME), () => {
      connection.ending = false;
      if (!this.isAllowed(connection)) connection.informer.detach();
    });
  }

  private isAllowed({ caller, kind, podsOfNode }: Connection): boolean {
    if (caller === undefined) return true;
    const { authorizer, objects } = this.options;
    const name = podsOfNode === undefined ? "" : podsOfNode;
    return (
      authorizer.allows(caller, "list", kind, "", undefined, name, objects) &&
      authorizer.allows(caller, "watch", kind, "", undefined, name, objects)
    );
  }

  private follow(connection: Connection): void {
    const { watches, links } = this.options;
    const { kind, informer, podsOfNode } = connection;
    if (links.isUp(informer.host) && this.isAllowed(connection)) watches.follow(kind, informer, podsOfNode);
  }

  private linkChanged(host: string, up: boolean): void {
    const connections = this.byHost.get(host);
    if (connections === undefined) return;
    if (!up) {
      for (const { informer } of connections) informer.detach();
      return;
    }
    const { simulation, reconnect } = this.options;
    simulation.after(reconnect.sample(), () => {
      for (const connection of connections) this.follow(connection);
    });
  }
}
