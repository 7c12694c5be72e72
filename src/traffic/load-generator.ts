/** Sends the requests of one load and follows each until it is answered, refused, or given up. */
import type { RandomStream } from "../engine/random.js";
import { type HandlerId, SECOND, type SimTime, type Simulation } from "../engine/simulation.js";
import { type Arrivals, renewal, staged } from "./arrivals.js";
import type { Load, LoadPattern } from "./load.js";
import { LoadStatistics } from "./load-statistics.js";
import type { TrafficClient, TrafficDestination, TrafficNetwork } from "./network.js";
import { Request, type RequestOwner } from "./request.js";
import type { RequestObserver, RequestResult } from "./request-record.js";
import { ReusedRecord } from "./reused-record.js";
import type { ServerStation } from "./server-station.js";
import { UnansweredRequests } from "./unanswered-requests.js";

/** What the generators of a run share. */
export interface GeneratorSurroundings {
  readonly simulation: Simulation;
  readonly network: TrafficNetwork;
  readonly observer: RequestObserver | undefined;
  /** Requests by id, of all generators. */
  readonly requests: Request[];
  readonly stationOf: (request: Request) => ServerStation | undefined;
}

/** Address of a user outside the cluster where the load names none: documentation range TEST-NET-3 of RFC 5737. */
export const OUTSIDE_ADDRESS = "203.0.113.1";

/** How often a user without a running client looks for one. */
const CLIENT_POLL: SimTime = SECOND;

export class LoadGenerator implements RequestOwner {
  readonly statistics = new LoadStatistics();
  private readonly simulation: Simulation;
  private readonly network: TrafficNetwork;
  private readonly destination: TrafficDestination;
  private readonly clients: { readonly list: readonly TrafficClient[] };
  private readonly arrivals: Arrivals | undefined;
  private readonly arrivalRandom: RandomStream;
  private readonly random: RandomStream;
  private readonly unanswered: UnansweredRequests;
  private readonly free: Request[] = [];
  private readonly begun: SimTime;
  private readonly endsAt: SimTime;
  private readonly record: ReusedRecord;
  private readonly tick: HandlerId;
  private readonly attempt: HandlerId;
  private readonly arrive: HandlerId;
  private readonly fail: HandlerId;
  /** Time of the next arrival since the generator began, with its fraction of a microsecond. */
  private nextArrival = 0;

  constructor(
    readonly load: Load,
    private readonly surroundings: GeneratorSurroundings,
  ) {
    const { simulation, network, requests } = surroundings;
    this.simulation = simulation;
    this.network = network;
    this.destination = network.destination(load.to);
    this.clients = clientsOf(load, network);
    this.arrivals = arrivalsOf(load.load);
    this.arrivalRandom = simulation.stream(`traffic/${load.name}/arrivals`);
    this.random = simulation.stream(`traffic/${load.name}/network`);
    this.unanswered = new UnansweredRequests(simulation, load.timeout, (request) => this.timedOut(request));
    this.begun = simulation.now;
    this.endsAt = load.duration === undefined ? Number.POSITIVE_INFINITY : this.begun + load.duration;
    this.record = new ReusedRecord(load);
    this.tick = simulation.register(() => this.arrival());
    this.attempt = simulation.register((id) => this.begin(requests[id]));
    this.arrive = simulation.register((id) => this.arrived(requests[id]));
    this.fail = simulation.register((id) => this.finish(requests[id], requests[id].failure, this.simulation.now));
    if (this.arrivals !== undefined) this.scheduleArrival();
    else if ("users" in load.load)
      for (let user = 0; user < load.load.users; user++) simulation.schedule(0, this.attempt, this.acquire().id);
  }

  answered(request: Request, withError: boolean): void {
    if (request.abandoned) {
      this.release(request);
      return;
    }
    const { connection } = request;
    // The answer is lost, or comes too late: the client's timer tells.
    if (!this.network.delivers(connection)) {
      request.station = undefined;
      return;
    }
    const { responseBytes } = request.station!.behavior;
    const transfer = responseBytes === undefined ? 0 : responseBytes / connection.bytesPerMicrosecond;
    const end = Math.round(this.simulation.now + (connection.roundTrip + connection.requestDelay) / 2 + transfer);
    if (end >= request.attemptStart + this.load.timeout) request.station = undefined;
    else this.finish(request, withError ? "error" : "ok", end);
  }

  reset(request: Request): void {
    request.station = undefined;
    if (request.abandoned) this.release(request);
    else if (this.network.delivers(request.connection)) this.failLater(request, "error", request.connection.roundTrip / 2);
  }

  lost(request: Request): void {
    request.station = undefined;
    if (request.abandoned) this.release(request);
  }

  private scheduleArrival(): void {
    const next = this.arrivals!.next(this.nextArrival, this.arrivalRandom);
    if (next === undefined || this.begun + next >= this.endsAt) return;
    this.nextArrival = next;
    this.simulation.schedule(Math.max(0, this.begun + next - this.simulation.now), this.tick);
  }

  private arrival(): void {
    this.begin(this.acquire());
    this.scheduleArrival();
  }

  /** Starts the first attempt of a request, or of a user's next one. */
  private begin(request: Request): void {
    const { now } = this.simulation;
    if (request.attempts === 0) {
      if (now >= this.endsAt) {
        this.release(request);
        return;
      }
      const { list } = this.clients;
      if (list.length === 0) {
        if (this.arrivals === undefined) this.simulation.schedule(CLIENT_POLL, this.attempt, request.id);
        else {
          this.statistics.unsent++;
          this.release(request);
        }
        return;
      }
      if (!request.connected) request.client = list.length === 1 ? list[0] : list[this.random.integer(list.length)];
      request.start = now;
      this.statistics.sent++;
    }
    request.attempts++;
    request.attemptStart = now;
    this.statistics.attempts++;
    this.send(request);
  }

  private send(request: Request): void {
    const { connection } = request;
    let delay = 0;
    request.resolve = 0;
    request.connect = 0;
    request.station = undefined;
    request.serviceTime = 0;
    if (request.connected && !(connection.server!.listening && this.network.delivers(connection))) this.hangUp(request);
    if (!request.connected) {
      request.resolve = this.load.resolveTime === undefined ? 0 : Math.max(0, this.load.resolveTime.sample(this.random));
      this.network.connect(request.client!, this.destination, this.random, connection);
      request.connected = true;
      request.connect = connection.proxyDelay + connection.roundTrip;
      delay = request.resolve + request.connect;
      if (connection.outcome !== "connected") {
        if (connection.outcome === "refused") this.failLater(request, "refused", delay);
        else if (connection.outcome === "rejected") this.failLater(request, "error", delay + connection.roundTrip);
        else this.failLater(request, connection.outcome === "dropped" ? "dropped" : "timeout", this.patience());
        return;
      }
      if (delay >= this.patience()) {
        this.failLater(request, "timeout", this.patience());
        return;
      }
    }
    this.unanswered.add(request);
    request.travelling = true;
    this.simulation.schedule(delay + (connection.roundTrip + connection.requestDelay) / 2, this.arrive, request.id);
  }

  private arrived(request: Request): void {
    const { connection } = request;
    request.travelling = false;
    if (!this.network.delivers(connection)) {
      this.lost(request);
      return;
    }
    const station = connection.server!.listening ? this.surroundings.stationOf(request) : undefined;
    if (station === undefined) this.reset(request);
    else station.arrive(request);
  }

  /** The least that the client waits for a handshake. */
  private patience(): SimTime {
    return Math.min(this.load.connectTimeout ?? this.load.timeout, this.load.timeout);
  }

  private failLater(request: Request, failure: RequestResult, delay: number): void {
    this.unanswered.remove(request);
    request.failure = failure;
    this.simulation.schedule(delay, this.fail, request.id);
  }

  /** The client gives an attempt up. Its slot stays with the server until that is done with it. */
  private timedOut(request: Request): void {
    if (request.station === undefined && !request.travelling) {
      this.finish(request, "timeout", this.simulation.now);
      return;
    }
    const successor = this.acquire(false);
    successor.client = request.client;
    successor.start = request.start;
    successor.attempts = request.attempts;
    successor.attemptStart = request.attemptStart;
    successor.resolve = request.resolve;
    successor.connect = request.connect;
    request.abandoned = true;
    this.finish(successor, "timeout", this.simulation.now, request);
  }

  /** An attempt has ended, now or, where the answer is on its way, at a time soon to come. */
  private finish(request: Request, outcome: RequestResult, end: SimTime, origin = request): void {
    this.unanswered.remove(request);
    if (outcome !== "ok" && request.attempts <= this.load.retries) {
      this.hangUp(request);
      this.simulation.schedule(end - this.simulation.now + this.backoff(request.attempts), this.attempt, request.id);
      return;
    }
    this.statistics.outcomes[outcome]++;
    this.surroundings.observer?.request(this.record.of(request, outcome, end, origin));
    request.attempts = 0;
    request.station = undefined;
    if (outcome !== "ok" || !this.load.keepAlive) this.hangUp(request);
    if ("users" in this.load.load) {
      const think = Math.max(0, this.load.load.thinkTime.sample(this.arrivalRandom));
      this.simulation.schedule(end - this.simulation.now + think, this.attempt, request.id);
    } else {
      this.free.push(request);
    }
  }

  private backoff(attempts: number): SimTime {
    const { retryBackoff } = this.load;
    return retryBackoff === undefined ? 0 : Math.min(retryBackoff.limit, retryBackoff.base * retryBackoff.factor ** (attempts - 1));
  }

  private hangUp(request: Request): void {
    if (!request.connected) return;
    request.connected = false;
    this.network.disconnect(request.connection);
  }

  private acquire(mayBeConnected = true): Request {
    const { requests, network } = this.surroundings;
    let request = this.free.pop();
    if (request === undefined) {
      request = new Request(requests.length, network.newConnection(), this);
      requests.push(request);
    }
    if (!mayBeConnected) this.hangUp(request);
    request.abandoned = false;
    request.attempts = 0;
    return request;
  }

  private release(request: Request): void {
    this.hangUp(request);
    this.free.push(request);
  }
}

function arrivalsOf(pattern: LoadPattern): Arrivals | undefined {
  if ("interarrival" in pattern) return renewal(pattern.interarrival);
  if ("stages" in pattern) return staged(pattern.stages, pattern.startRequestsPerSecond, pattern.spacing);
  return undefined;
}

function clientsOf({ from }: Load, network: TrafficNetwork): { readonly list: readonly TrafficClient[] } {
  if ("external" in from) return { list: (from.addresses ?? [OUTSIDE_ADDRESS]).map((address) => network.outside(address)) };
  if ("node" in from) return { list: [network.onHost(from.node)] };
  return network.clientsIn(from.namespace, from.podSelector);
}
