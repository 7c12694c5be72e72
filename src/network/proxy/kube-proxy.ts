/**
 * kube-proxy of all nodes. Each watches Services and EndpointSlices and writes rules, at most once in minSyncPeriod after the last
 * sync ended, and what it wrote is in effect when the sync ends. As all see the same changes at the same time, one sync is simulated
 * for all of them; a node that is cut off from the API server keeps the rules of that moment until it is back.
 * Source: pkg/proxy/runner (bounded frequency), KubeProxyConfiguration.
 */
import { objectKey } from "../../api/kinds.js";
import type { EndpointSlice, Service } from "../../api/types/network.js";
import type { ApiServerEndpoint } from "../../control-plane/apiserver/client.js";
import type { SimTime, Simulation } from "../../engine/simulation.js";
import type { IpFamily } from "../address.js";
import type { ProxyEndpoint } from "./endpoint.js";
import type { ProxyMode, RuleLoad } from "./proxy-mode.js";
import { RulesHistory, RulesVersion } from "./rules-history.js";
import { ServiceTracker, type TranslatedPort, type TranslatedService } from "./service-tracker.js";

export interface KubeProxyOptions {
  readonly simulation: Simulation;
  readonly apiServer: ApiServerEndpoint;
  readonly mode: ProxyMode;
  readonly family?: IpFamily;
  /** Default: the mode's. */
  readonly minSyncPeriod?: SimTime;
}

/** A sync of the rules, as recorded. */
export interface ProxySync {
  readonly start: SimTime;
  readonly duration: SimTime;
  readonly full: boolean;
  readonly changedServices: number;
}

export class KubeProxy {
  readonly mode: ProxyMode;
  readonly family: IpFamily;
  private readonly simulation: Simulation;
  private readonly tracker: ServiceTracker;
  private readonly minSyncPeriod: SimTime;
  private readonly histories = new Map<string, RulesHistory>();
  private readonly counted = new Map<string, TranslatedService>();
  private readonly portsOfService = new Map<string, readonly RulesHistory[]>();
  private readonly frozen = new Map<string, SimTime>();
  private readonly load = { services: 0, dispatchRules: 0, rules: 0, endpoints: 0 };
  private syncNumber = 0;
  private running = false;
  private scheduled = false;
  private notBefore: SimTime = 0;
  private latest: ProxySync | undefined;
  private busy: SimTime = 0;

  constructor(options: KubeProxyOptions) {
    this.simulation = options.simulation;
    this.mode = options.mode;
    this.family = options.family ?? "IPv4";
    this.minSyncPeriod = options.minSyncPeriod ?? options.mode.minSyncPeriod;
    this.tracker = new ServiceTracker(this.family);

    const informers = options.apiServer.informers({ component: "kube-proxy" });
    informers.informer("Service").addHandlers({
      added: (service) => this.serviceChanged(service),
      updated: (_previous, service) => this.serviceChanged(service),
      deleted: (service) => {
        this.tracker.removeService(objectKey(service));
        this.requestSync();
      },
    });
    informers.informer("EndpointSlice").addHandlers({
      added: (slice) => this.sliceChanged(slice),
      updated: (_previous, slice) => this.sliceChanged(slice),
      deleted: (slice) => {
        this.tracker.removeSlice(slice);
        this.requestSync();
      },
    });
  }

  /** Rules of a service port by its name, "namespace/service" or "namespace/service:port". The handle stays valid as rules change. */
  rules(name: string): RulesHistory {
    let history = this.histories.get(name);
    if (history === undefined) this.histories.set(name, (history = new RulesHistory(name)));
    return history;
  }

  /** The Service object as the proxies know it, by "namespace/name". */
  service(key: string): Service | undefined {
    return this.tracker.service(key);
  }

  /** Endpoints of a headless Service's port as the slices have them. */
  endpointsOf(key: string, portName: string, protocol: string): readonly ProxyEndpoint[] {
    return this.tracker.endpointsOf(key, portName, protocol);
  }

  /** What the rules of a node hold at present. */
  get ruleLoad(): RuleLoad {
    return this.load;
  }

  /** Syncs so far, the last one that ended, and the time that a node's proxy has spent in them. */
  get syncs(): { readonly count: number; readonly last: ProxySync | undefined; readonly busy: SimTime } {
    return { count: this.syncNumber, last: this.latest, busy: this.busy };
  }

  /** The node's proxy gets no more changes: it stands still, or its host is cut off from the API server. */
  freeze(node: string): void {
    if (!this.frozen.has(node)) this.frozen.set(node, this.simulation.now);
  }

  /** The node's proxy is back: it lists everything anew. */
  thaw(node: string): void {
    this.frozen.delete(node);
  }

  /** The rules of a service port on a node now. */
  rulesOn(history: RulesHistory, node: string): RulesVersion | undefined {
    if (this.frozen.size > 0) {
      const since = this.frozen.get(node);
      if (since !== undefined) return history.at(since);
    }
    return history.current;
  }

  private serviceChanged(service: Service): void {
    this.tracker.setService(service);
    this.requestSync();
  }

  private sliceChanged(slice: EndpointSlice): void {
    this.tracker.setSlice(slice);
    this.requestSync();
  }

  private requestSync(): void {
    if (this.running || this.scheduled || !this.tracker.hasChanges) return;
    this.scheduled = true;
    this.simulation.at(Math.max(this.notBefore, this.simulation.now), () => this.startSync());
  }

  private startSync(): void {
    this.scheduled = false;
    this.running = true;
    const full = this.syncNumber === 0;
    const changes = new Map<string, TranslatedService>();
    for (const key of this.tracker.takeChanges()) changes.set(key, this.tracker.translate(key));
    const changedEndpoints = this.count(changes);
    const duration = this.mode.syncDuration(this.load, full, changes.size, changedEndpoints);
    const sync = { start: this.simulation.now, duration, full, changedServices: changes.size };
    this.simulation.after(duration, () => this.endSync(sync, changes));
  }

  /** Counts the rules that the changed services will have, and returns by how many endpoints they change. */
  private count(changes: ReadonlyMap<string, TranslatedService>): number {
    let changedEndpoints = 0;
    for (const [key, service] of changes) {
      const former = this.counted.get(key);
      if (former !== undefined) this.add(former, -1);
      this.add(service, 1);
      changedEndpoints += Math.abs(service.endpointCount - (former?.endpointCount ?? 0));
      if (service.ports.length === 0) this.counted.delete(key);
      else this.counted.set(key, service);
    }
    return changedEndpoints;
  }

  private add({ ports, endpointCount }: TranslatedService, sign: 1 | -1): void {
    for (const { port } of ports) {
      const { rules, dispatch } = this.mode.rulesOf(port, endpointCount);
      this.load.services += sign;
      this.load.rules += sign * rules;
      this.load.dispatchRules += sign * dispatch;
      this.load.endpoints += sign * endpointCount;
    }
  }

  private endSync(sync: ProxySync, changes: ReadonlyMap<string, TranslatedService>): void {
    const { now } = this.simulation;
    this.syncNumber++;
    this.running = false;
    this.latest = sync;
    this.busy += sync.duration;
    let keepSince = now;
    for (const since of this.frozen.values()) keepSince = Math.min(keepSince, since);
    for (const [key, { ports }] of changes) this.commit(key, ports, now, keepSince);
    this.notBefore = now + this.minSyncPeriod;
    this.requestSync();
  }

  private commit(key: string, ports: readonly TranslatedPort[], now: SimTime, keepSince: SimTime): void {
    const former = this.portsOfService.get(key) ?? [];
    const histories = ports.map((translated) => {
      const history = this.rules(translated.port.name);
      history.push(now, new RulesVersion(translated, this.syncNumber), keepSince);
      return history;
    });
    for (const history of former) if (!histories.includes(history)) history.push(now, undefined, keepSince);
    if (histories.length === 0) this.portsOfService.delete(key);
    else this.portsOfService.set(key, histories);
  }
}
