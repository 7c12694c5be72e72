/**
 * The path of a request: the client's own rate limit, the network, authentication and authorisation, mutating admission, validation,
 * etcd, and the answer. The checks and the work happen in one event when the request reaches the head of etcd's log, at the time to
 * which the latencies of the steps before add up.
 */
import type { ApiObject } from "../../api/types/meta.js";
import { type HandlerId, SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { WriteLog } from "../etcd/write-log.js";
import type { Authorizer } from "./authorizer.js";
import type { ApiStatus, Result } from "./client.js";
import type { CommitPipeline } from "./commit-pipeline.js";
import { FirstInFirstOut } from "./first-in-first-out.js";
import type { HostLinks } from "./host-links.js";
import type { LatencySampler } from "./latencies.js";
import type { ObjectReader } from "./object-store.js";
import {
  type Caller,
  type HandlingListener,
  isRead,
  type RequestSteps,
  type RequestWork,
  type Rereading,
  type TracedRequest,
} from "./request.js";
import {
  ApiStatusError,
  ChangedSinceRead,
  CLIENT_TIMEOUT,
  ETCD_FULL,
  ETCD_TIMEOUT,
  forbiddenRequest,
  gatewayTimeout,
  TOO_MANY_REQUESTS,
} from "./status-errors.js";

/** A client gives up after this long. Source: the kubelet's heartbeat client, kubernetes/cmd/kubelet/app/server.go. */
const CLIENT_TIMEOUT_AFTER: SimTime = 10 * SECOND;
/** etcd gives up on a proposal after 5 s and two election timeouts of 1 s. Source: go.etcd.io/etcd/server/config ReqTimeout. */
const ETCD_TIMEOUT_AFTER: SimTime = 7 * SECOND;
/** The server gives up on a request: etcd's client goes on trying to read until then. Source: kube-apiserver's --request-timeout. */
const REQUEST_TIMEOUT: SimTime = 60 * SECOND;
/** Requests that are handled at the same time. Source: kube-apiserver's --max-requests-inflight 400 and --max-mutating-requests-inflight 200, which priority and fairness adds up. */
const MAX_IN_FLIGHT = 600;
/** Requests that wait for a place before more are turned away: 128 queues of 50. Source: the suggested priority levels of k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap. */
const MAX_QUEUED = 6_400;
/** How often a client repeats a request that was answered with Retry-After. Source: k8s.io/client-go/rest maxRetries. */
const MAX_RETRIES = 10;

/** The client of a request. */
export interface Sender {
  readonly caller: Caller;
  /** Reserves a place in the client's own rate limit: returns how many microseconds to wait. */
  readonly reserve: (() => SimTime) | undefined;
  /** When writes of an object that are on their way reach the server, by the object's name: none overtakes another. Reads may. */
  readonly arrivals: Map<string, SimTime>;
}

export interface RequestLatencies {
  readonly network: LatencySampler;
  readonly authorization: LatencySampler;
  readonly mutatingAdmission: LatencySampler;
  readonly validation: LatencySampler;
}

export interface RequestPathOptions {
  readonly simulation: Simulation;
  readonly latencies: RequestLatencies;
  readonly links: HostLinks;
  readonly authorizer: Authorizer;
  readonly objects: ObjectReader;
  readonly etcd: WriteLog;
  readonly maxInFlight?: number;
  /** Cores of the server's machine, which the requests in flight share; absent: enough for all of them. */
  readonly cores?: number;
}

type Answer = Result<ApiObject | readonly ApiObject[]>;

interface Request {
  readonly sender: Sender;
  readonly work: RequestWork;
  readonly issued: SimTime;
  /** When it left the client. */
  sent: SimTime;
  retries: number;
  answer: Answer | undefined;
  steps: RequestSteps | undefined;
}

export class RequestPath {
  private readonly requests: (Request | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly queued = new FirstInFirstOut<number>();
  /** Requests that wait for etcd to have a leader: writes, and reads of what its quorum agrees on. */
  private readonly stalled = new Set<number>();
  private readonly answers = new Map<number, number>();
  private readonly listeners: ((request: TracedRequest) => void)[] = [];
  private readonly handlingListeners: HandlingListener[] = [];
  private inFlight = 0;
  private pipeline!: CommitPipeline;

  private readonly arrived: HandlerId;
  private readonly answered: HandlerId;
  private readonly gaveUp: HandlerId;
  private readonly sent: HandlerId;
  private readonly resent: HandlerId;

  constructor(private readonly options: RequestPathOptions) {
    const { simulation, etcd } = options;
    this.arrived = simulation.register((slot) => {
      this.arrive(slot);
    });
    this.answered = simulation.register((slot) => {
      this.receiveAnswer(slot);
    });
    this.gaveUp = simulation.register((slot) => {
      this.finish(slot, { ok: false, status: CLIENT_TIMEOUT });
    });
    this.sent = simulation.register((slot) => {
      this.enter(slot);
    });
    this.resent = simulation.register((slot) => {
      this.leave(slot);
    });
    etcd.onWritable((writable) => {
      if (writable) this.resume();
      else this.abandonLater();
    });
  }

  /** Where the changes of requests go. Set once, before the first request. */
  writeTo(pipeline: CommitPipeline): void {
    this.pipeline = pipeline;
  }

  trace(listener: (request: TracedRequest) => void): void {
    this.listeners.push(listener);
  }

  traceHandling(listener: HandlingListener): void {
    this.handlingListeners.push(listener);
  }

  /** Answers so far by HTTP status code. */
  get answersByCode(): ReadonlyMap<number, number> {
    return this.answers;
  }

  send(sender: Sender, work: RequestWork): void {
    const { now } = this.options.simulation;
    const request: Request = { sender, work, issued: now, sent: now, retries: 0, answer: undefined, steps: undefined };
    const slot = this.freeSlots.pop() ?? this.requests.length;
    this.requests[slot] = request;
    this.leave(slot);
  }

  /** All changes of a request are committed. */
  committed(slot: number): void {
    const { steps, answer } = this.requests[slot]!;
    if (steps !== undefined) steps.committed = this.options.simulation.now;
    this.respond(slot, answer!);
  }

  /** The client's own rate limit. */
  private leave(slot: number): void {
    const wait = this.requests[slot]!.sender.reserve?.() ?? 0;
    if (wait > 0) this.options.simulation.schedule(wait, this.sent, slot);
    else this.enter(slot);
  }

  /** The server's limit of requests in flight. */
  private enter(slot: number): void {
    this.requests[slot]!.sent = this.options.simulation.now;
    if (this.inFlight < (this.options.maxInFlight ?? MAX_IN_FLIGHT)) {
      this.inFlight++;
      this.travel(slot);
    } else if (this.queued.length < MAX_QUEUED) this.queued.push(slot);
    else this.answer(slot, { ok: false, status: TOO_MANY_REQUESTS });
  }

  private travel(slot: number): void {
    const { simulation, latencies, cores = Number.POSITIVE_INFINITY } = this.options;
    const request = this.requests[slot]!;
    const { sender, work, sent } = request;
    const { now } = simulation;
    const share = Math.max(1, this.inFlight / cores);
    const working = (step: LatencySampler): SimTime => Math.round(share * step.sample());
    const received = now + latencies.network.sample();
    const authorized = received + working(latencies.authorization);
    const reads = isRead(work.verb);
    const admitted = reads ? authorized : authorized + working(latencies.mutatingAdmission);
    const validated = reads ? authorized : admitted + working(latencies.validation);
    if (this.listeners.length > 0)
      request.steps = { sent, received, authorized, admitted, validated, committed: undefined, answered: undefined };
    if (work.rereading !== undefined) simulation.after(authorized - now, work.rereading.read);
    let arrival = validated;
    const { name } = work.target;
    if (!reads && name !== "" && name !== undefined) {
      arrival = Math.max(arrival, sender.arrivals.get(name) ?? 0);
      sender.arrivals.set(name, arrival);
    }
    simulation.schedule(arrival - now, this.arrived, slot);
  }

  private arrive(slot: number): void {
    const { sender, work, issued } = this.requests[slot]!;
    const { simulation, links } = this.options;
    const { arrivals, caller } = sender;
    if (arrivals.get(work.target.name) === simulation.now) arrivals.delete(work.target.name);
    if (links.isUp(caller.host)) {
      this.handle(slot);
      return;
    }
    this.release();
    const refusal = links.refusalOf(caller.host);
    if (refusal !== undefined) this.finish(slot, { ok: false, status: refusal });
    else {
      simulation.schedule(Math.max(0, issued + CLIENT_TIMEOUT_AFTER - simulation.now), this.gaveUp, slot);
    }
  }

  private handle(slot: number): void {
    const request = this.requests[slot]!;
    const { verb, subresource, target, fromCache = false, handle, rereading } = request.work;
    const refusal = this.refusal(request);
    if (refusal !== undefined) {
      this.respond(slot, { ok: false, status: refusal });
      return;
    }
    if (!this.options.etcd.writable && !fromCache) {
      this.stall(slot);
      return;
    }
    const handled = this.handlingListeners.length === 0 ? undefined : this.announce(request);
    const before = this.pipeline.pending;
    try {
      request.answer = { ok: true, object: handle() };
    } catch (error) {
      if (!(error instanceof ApiStatusError))
        throw new Error(`${verb} ${target.kind} ${target.name} ${subresource} of ${request.sender.caller.user} failed`, { cause: error });
      const delay = error instanceof ChangedSinceRead ? rereading?.nextTry() : undefined;
      if (delay !== undefined) {
        handled?.(false);
        this.retry(slot, rereading!, delay);
        return;
      }
      request.answer = { ok: false, status: error.status };
    }
    handled?.(request.answer.ok);
    if (this.pipeline.pending > before) this.pipeline.await(slot);
    else this.respond(slot, request.answer);
  }

  /** The server itself tries again, with what it reads then; while it waits for that it has room for others. */
  private retry(slot: number, rereading: Rereading, delay: SimTime): void {
    const { simulation, latencies } = this.options;
    this.release();
    simulation.after(delay, () => {
      this.inFlight++;
      rereading.read();
      simulation.after(latencies.validation.sample(), () => {
        this.handle(slot);
      });
    });
  }

  private announce({ sender: { caller }, work }: Request): (accepted: boolean) => void {
    const { verb, subresource, target, precondition } = work;
    const handled = this.handlingListeners.map((listener) => listener({ caller, verb, subresource, target, precondition }));
    return (accepted) => {
      for (const listener of handled) listener?.(accepted);
    };
  }

  private refusal({ sender: { caller }, work: { verb, subresource, target } }: Request): ApiStatus | undefined {
    const { authorizer, etcd, objects } = this.options;
    // The address of a creation names the collection, not the object.
    const address = verb === "create" && subresource === "" && target.name !== "" ? { ...target, name: "" } : target;
    if (!authorizer.allows(caller, verb, address.kind, subresource, address.namespace, address.name, objects)) {
      return forbiddenRequest(caller.user, verb, address, subresource);
    }
    return etcd.full && !isRead(verb) && verb !== "delete" ? ETCD_FULL : undefined;
  }

  /** etcd begins anew: writes that waited for it are told of a time-out. */
  forgetWrites(): void {
    const writes = [...this.stalled].filter((slot) => !isRead(this.requests[slot]!.work.verb));
    for (const slot of writes) this.stalled.delete(slot);
    for (const slot of [...writes, ...this.pipeline.forget()]) this.respond(slot, { ok: false, status: ETCD_TIMEOUT });
  }

  /** Counts an answer to a watch, which is no request of its own here. */
  countAnswer(code: number): void {
    this.answers.set(code, (this.answers.get(code) ?? 0) + 1);
  }

  private stall(slot: number): void {
    const request = this.requests[slot]!;
    const { verb, target } = request.work;
    const [after, status] = isRead(verb) ? [REQUEST_TIMEOUT, gatewayTimeout(target)] : [ETCD_TIMEOUT_AFTER, ETCD_TIMEOUT];
    this.stalled.add(slot);
    this.options.simulation.after(after, () => {
      if (this.requests[slot] === request && this.stalled.delete(slot)) this.respond(slot, { ok: false, status });
    });
  }

  private resume(): void {
    const slots = [...this.stalled];
    this.stalled.clear();
    for (const slot of slots) this.handle(slot);
  }

  /** Writes in etcd's log may still be committed, but those who wait for them are told of a time-out. */
  private abandonLater(): void {
    this.options.simulation.after(ETCD_TIMEOUT_AFTER, () => {
      if (this.options.etcd.writable) return;
      for (const slot of this.pipeline.abandon()) this.respond(slot, { ok: false, status: ETCD_TIMEOUT });
    });
  }

  /** The server is done with the request. */
  private respond(slot: number, answer: Answer): void {
    this.release();
    this.answer(slot, answer);
  }

  private answer(slot: number, answer: Answer): void {
    const request = this.requests[slot]!;
    request.answer = answer;
    if (answer.ok && request.work.done === undefined) this.finish(slot, answer);
    else this.options.simulation.schedule(this.options.latencies.network.sample(), this.answered, slot);
  }

  private release(): void {
    this.inFlight--;
    if (this.queued.length === 0) return;
    this.inFlight++;
    this.travel(this.queued.shift());
  }

  private receiveAnswer(slot: number): void {
    const { simulation, links } = this.options;
    const request = this.requests[slot]!;
    const answer = request.answer!;
    if (!links.isUp(request.sender.caller.host)) {
      simulation.schedule(Math.max(0, request.issued + CLIENT_TIMEOUT_AFTER - simulation.now), this.gaveUp, slot);
    } else if (!answer.ok && answer.status.retryAfterSeconds !== undefined && request.retries < MAX_RETRIES) {
      request.retries++;
      simulation.schedule(answer.status.retryAfterSeconds * SECOND, this.resent, slot);
    } else this.finish(slot, answer);
  }

  private finish(slot: number, answer: Answer): void {
    const request = this.requests[slot]!;
    const { work, steps } = request;
    this.requests[slot] = undefined;
    this.freeSlots.push(slot);
    const code = answer.ok ? (work.verb === "create" ? 201 : 200) : answer.status.code;
    this.answers.set(code, (this.answers.get(code) ?? 0) + 1);
    if (steps !== undefined) this.tell(request, steps, answer, code);
    work.done?.(answer as Result<never>);
  }

  private tell({ sender: { caller }, work, issued }: Request, steps: RequestSteps, answer: Answer, code: number): void {
    const { verb, subresource, target, done } = work;
    if (done !== undefined) steps.answered = this.options.simulation.now;
    const name = answer.ok && "metadata" in answer.object ? answer.object.metadata.name : target.name;
    const { kind, namespace } = target;
    for (const listener of this.listeners) listener({ caller, verb, subresource, kind, namespace, name, issued, steps, code });
  }
}
