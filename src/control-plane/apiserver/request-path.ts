/**
 * The path of a request: the client's own rate limit, the network, authentication and authorisation, mutating admission, validation,
 * etcd, and the answer. The checks and the work happen in one event when the request reaches the head of etcd's log, at the time to
 * which the latencies of the steps before add up.
 */
import { type HandlerId, SECOND, type SimTime, type Simulation } from "../../engine/simulation.js";
import type { WriteLog } from "../etcd/write-log.js";
import { AmpleServerCores } from "./ample-server-cores.js";
import type { Authorizer } from "./authorizer.js";
import type { ApiStatus, Result } from "./client.js";
import type { CommitPipeline } from "./commit-pipeline.js";
import type { HostLinks } from "./host-links.js";
import { InFlightLimit } from "./in-flight-limit.js";
import type { ObjectReader } from "./object-store.js";
import {
  type HandlingListener,
  isRead,
  type RequestSteps,
  type RequestWork,
  type Rereading,
  type Sender,
  type TracedRequest,
} from "./request.js";
import { type Answer, RequestListeners, type SentRequest } from "./request-listeners.js";
import type { RequestLatencies, ServerCores, TakenRequest } from "./server-cores.js";
import { SharedServerCores } from "./shared-server-cores.js";
import { ETCD_TIMEOUT_AFTER, StalledRequests } from "./stalled-requests.js";
import {
  ApiStatusError,
  ChangedSinceRead,
  CLIENT_TIMEOUT,
  ETCD_FULL,
  ETCD_TIMEOUT,
  forbiddenRequest,
  TOO_MANY_REQUESTS,
} from "./status-errors.js";

/** A client gives up after this long. Source: the kubelet's heartbeat client, kubernetes/cmd/kubelet/app/server.go. */
const CLIENT_TIMEOUT_AFTER: SimTime = 10 * SECOND;
/** How often a client repeats a request that was answered with Retry-After. Source: k8s.io/client-go/rest maxRetries. */
const MAX_RETRIES = 10;

export interface RequestPathOptions {
  readonly simulation: Simulation;
  readonly latencies: RequestLatencies;
  readonly links: HostLinks;
  readonly authorizer: Authorizer;
  readonly objects: ObjectReader;
  readonly etcd: WriteLog;
  readonly maxInFlight?: number;
  /** Cores of the server's machine, which the requests that it works on share; absent: enough for all of them. */
  readonly cores?: number;
}

interface Request extends SentRequest, TakenRequest {
  readonly sender: Sender;
  readonly work: RequestWork;
  /** When it left the client. */
  sent: SimTime;
  retries: number;
  answer: Answer | undefined;
  steps: RequestSteps | undefined;
}

export class RequestPath {
  private readonly requests: (Request | undefined)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly limit: InFlightLimit;
  private readonly cores: ServerCores;
  private readonly stalled: StalledRequests;
  private readonly answers = new Map<number, number>();
  private readonly listeners = new RequestListeners();
  private pipeline!: CommitPipeline;

  private readonly answered: HandlerId;
  private readonly gaveUp: HandlerId;
  private readonly sent: HandlerId;
  private readonly resent: HandlerId;

  constructor(private readonly options: RequestPathOptions) {
    const { simulation, etcd } = options;
    this.limit = new InFlightLimit(options.maxInFlight);
    this.stalled = new StalledRequests(simulation, (slot, status) => {
      this.respond(slot, { ok: false, status });
    });
    const arrived = (slot: number): void => {
      this.arrive(slot);
    };
    this.cores =
      options.cores === undefined
        ? new AmpleServerCores(simulation, options.latencies, arrived)
        : new SharedServerCores(simulation, options.cores, options.latencies, arrived);
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
    this.listeners.onAnswer(listener);
  }

  traceHandling(listener: HandlingListener): void {
    this.listeners.onHandling(listener);
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
    const place = this.limit.enter(slot);
    if (place === "handled") this.travel(slot);
    else if (place === "refused") this.answer(slot, { ok: false, status: TOO_MANY_REQUESTS });
  }

  private travel(slot: number): void {
    this.cores.take(slot, this.requests[slot]!, this.listeners.wantSteps);
  }

  private arrive(slot: number): void {
    const { sender, issued } = this.requests[slot]!;
    const { simulation, links } = this.options;
    const { caller } = sender;
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
      this.stalled.add(slot, request.work);
      return;
    }
    const handled = this.listeners.handling(request);
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
      this.limit.reenter();
      rereading.read();
      simulation.after(latencies.validation.sample(), () => {
        this.handle(slot);
      });
    });
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
    for (const slot of [...this.stalled.takeWrites(), ...this.pipeline.forget()]) this.respond(slot, { ok: false, status: ETCD_TIMEOUT });
  }

  /** Counts an answer to a watch, which is no request of its own here. */
  countAnswer(code: number): void {
    this.answers.set(code, (this.answers.get(code) ?? 0) + 1);
  }

  private resume(): void {
    for (const slot of this.stalled.takeAll()) this.handle(slot);
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
    const next = this.limit.leave();
    if (next !== undefined) this.travel(next);
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
    if (steps !== undefined) this.listeners.answered(request, steps, answer, code, this.options.simulation.now);
    work.done?.(answer as Result<never>);
  }
}
