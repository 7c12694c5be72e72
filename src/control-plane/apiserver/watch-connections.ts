/**
 * The watches of components: when they stand, break and return.
 *
 * A watch breaks at once where the component's machine is cut off, or ends where the component is no longer allowed to watch; the
 * informer keeps what it has, and lists anew when it can.
 */
import type { Kind } from "../../api/kinds.js";
import { MINUTE, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { RandomStream } from "../../engine/random.js";
import type { Compaction } from "../etcd/compaction.js";
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
  /** Revision up to which it had been told when it last broke. */
  told: number | undefined;
}

export interface WatchConnectionsOptions {
  readonly simulation: Simulation;
  readonly watches: WatchCache;
  readonly links: HostLinks;
  readonly authorizer: Authorizer;
  readonly objects: ObjectReader;
  readonly list: LatencySampler;
  readonly reconnect: LatencySampler;
  readonly compaction: Pick<Compaction, "revision">;
  /** Told of each watch that could not go on, since etcd no longer has what came after its last change. */
  readonly gone: () => void;
}

export class WatchConnections {
  private readonly all: Connection[] = [];
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
    const connection: Connection = { kind, podsOfNode, informer, caller, ending: false, told: undefined };
    this.all.push(connection);
    if (caller !== undefined) this.checked.push(connection);
    if (host !== undefined) {
      const others = this.byHost.get(host);
      if (others === undefined) this.byHost.set(host, [connection]);
      else others.push(connection);
    }
    // A kubelet has its own node from its registration on.
    const delay = kind === "Node" && podsOfNode !== undefined ? 0 : list.sample();
    simulation.after(delay, () => {
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
      if (!this.isAllowed(connection)) this.breakOff(connection);
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

  /** All watches break. */
  breakAll(): void {
    for (const connection of this.all) this.breakOff(connection);
  }

  /** Watches return that can; the others do when their links return. */
  returnAll(): void {
    const { simulation, reconnect } = this.options;
    simulation.after(reconnect.sample(), () => {
      for (const connection of this.all) this.follow(connection);
    });
  }

  private breakOff(connection: Connection): void {
    if (!connection.informer.isFollowing) return;
    connection.told = this.options.objects.revision;
    connection.informer.detach();
  }

  private follow(connection: Connection): void {
    const { watches, links, objects, compaction, simulation, gone } = this.options;
    const { kind, informer, podsOfNode, told } = connection;
    if (informer.isFollowing || !links.isUp(informer.host) || !this.isAllowed(connection)) return;
    if (told !== undefined && told > objects.revision) {
      informer.followFrom(told);
      return;
    }
    if (told !== undefined && told < compaction.revision(simulation.now)) gone();
    watches.follow(kind, informer, podsOfNode);
  }

  private linkChanged(host: string, up: boolean): void {
    const connections = this.byHost.get(host);
    if (connections === undefined) return;
    if (!up) {
      for (const connection of connections) this.breakOff(connection);
      return;
    }
    const { simulation, reconnect } = this.options;
    simulation.after(reconnect.sample(), () => {
      for (const connection of connections) this.follow(connection);
    });
  }
}
